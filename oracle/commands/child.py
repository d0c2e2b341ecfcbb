"""In the process of one user's file: the file is loaded and judged, and the parent is told.

Everything that the user's code could disturb is this process's own, and all that leaves it are
messages of plain data.
"""

import contextlib
import functools
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oracle.commands import channel, check, own_errors
from oracle.commands.untouched import Untouched
from oracle.diagnosis import diagnose as _diagnose  # noqa: F401  # so that no file waits for it
from oracle.judging import examine as _examine  # noqa: F401
from oracle.results import Failure
from oracle.truth.recording.tape import is_user_file

MEMORY = 6 * 2**30  # bytes that a file may use on top of what torch takes


@dataclass(frozen=True)
class Request:
    """The parent's request."""

    token: str
    file: str
    name: str  # of one derivation; "" for all
    asked_for: bool  # itself, and not the folder that it is in
    skip: int  # derivations that other processes have had
    settings: check.Settings
    verbose: bool


def run(request: dict[str, Any], messages: int) -> None:
    """Judge a file and send what is found; ``messages`` is the descriptor to write to."""
    asked = channel.read(Request, request)
    sender = channel.Sender(messages, asked.token)
    try:
        sender.send("begun", process=os.getpid())
        _isolate()
        judge(asked, sender)
    except BaseException as error:  # nothing of the user's code gets here
        sender.send("broken", text=own_errors.told(error, asked.verbose))


def judge(asked: Request, sender: Any) -> None:
    """Send the derivations of a file by name, then an outcome for each, one by one."""
    untouched = Untouched()
    todo: list[Any] = []
    failure = None
    try:
        # One by one: what was found before an error of discovery is judged all the same.
        imported = functools.partial(sender.send, "imported")
        todo += iter(check.of_file(Path(asked.file), asked.name, asked.settings, imported))
    except BaseException as error:  # the user's code: also SystemExit and KeyboardInterrupt
        failure = _said(error, asked.verbose)
    replaced = untouched.changed()
    if replaced:
        todo, failure = [], _distrust(replaced)
    sender.send("found", targets=[[channel.cut(name), line] for name, line, _ in todo])
    if failure is None and asked.asked_for and not todo:
        failure = nothing(asked.name)
    if failure is not None and asked.skip == 0:
        sender.send("outcome", index=-1, outcome=channel.encoded(Failure("", 1, failure)))
    opened: list[tuple[int, check.Open]] = []
    for index, (name, line, judge_it) in enumerate(todo):
        if index < asked.skip:
            continue
        sender.send("start", index=index)
        try:
            came = judge_it()
            if isinstance(came, check.Open):
                opened.append((index, came))
            outcome = channel.encoded(came.verdict if isinstance(came, check.Open) else came)
        except BaseException as error:
            said = f"{name}: {_said(error, asked.verbose)}"
            outcome = channel.encoded(Failure("", line, said))
        replaced = untouched.changed()
        if replaced:
            outcome = channel.encoded(Failure("", line, f"{name}: {_distrust(replaced)}"))
        sender.send("outcome", index=index, outcome=outcome)
    sender.send("judged")
    _explain(opened, sender, untouched)
    sender.send("end")


def _explain(opened: Sequence[tuple[int, check.Open]], sender: Any, untouched: Untouched) -> None:
    """Send what was open once more, with its reason; where none comes, it stays undecidable."""
    for index, verdict in opened:
        with contextlib.suppress(BaseException):  # the user's code may raise anything
            outcome = channel.encoded(verdict.explained())
            if not untouched.changed():
                sender.send("reason", index=index, outcome=outcome)


def _distrust(replaced: str) -> str:
    return f"it replaces {replaced}, which the check itself needs: no verdict could be trusted"


def _said(error: BaseException, verbose: bool) -> str:
    """The text of an error; of one of ours it says that it is ours."""
    trace, users = error.__traceback__, False
    while trace is not None:
        users |= is_user_file(trace.tb_frame.f_code.co_filename)
        trace = trace.tb_next
    if users:
        return own_errors.text_of(error)
    if isinstance(error, RecursionError | MemoryError):
        return f"it is too large, or nested too deeply, to be judged ({own_errors.text_of(error)})"
    return own_errors.told(error, verbose)


def nothing(name: str) -> str:
    """Why a file that was asked for by its name has no result."""
    if name:
        return f"there is no derivation called {name} in it"
    return (
        "no backward pass was found in it: name a pair f and f_backward (or f_grad), a class with "
        "forward and backward, or pick a function with FILE::NAME; a script that trains is judged "
        "line by line by oracle trace FILE"
    )


def _isolate() -> None:
    """No standard input, nowhere to print to, and not all of the memory."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    with contextlib.suppress(OSError):  # if memory runs out, this process is ended first
        Path("/proc/self/oom_score_adj").write_text("1000")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())  # last: its modules hide none of Python's
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no file of a crash stays
