"""In the process of one user's file: the file is loaded and judged, and the parent is told.

Everything that the user's code could disturb is this process's own, and all that leaves it are
messages of plain data. The code shares the process with its judge, so a file that replaces ``len``,
``numpy.abs`` or a function of the oracle's would change verdicts. What our modules, ``builtins``
and NumPy hold is remembered beforehand and compared by identity (``Untouched``).
"""

import builtins
import contextlib
import functools
import os
import signal
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from oracle.commands import channel, check, own_errors
from oracle.diagnosis import diagnose as _diagnose  # noqa: F401  # so that no file waits for it
from oracle.judging import examine as _examine  # noqa: F401
from oracle.results import Failure
from oracle.truth.recording.tape import is_user_file

MEMORY = 6 * 2**30  # bytes that a file may use on top of what torch takes
OURS = ("oracle", "reference")
# What programs replace for reasons of their own, and the judge does not need.
FREE = {"_", "breakpoint", "exit", "help", "input", "print", "quit"}
LOADERS = {"load", "loadtxt", "save", "savetxt", "savez", "set_printoptions", "seterr", "errstate"}
FIXED = (type, types.FunctionType, types.BuiltinFunctionType, classmethod, staticmethod, property)


class Untouched:
    """The parts of the judge as they were before the user's code ran."""

    def __init__(self) -> None:
        # (label, the names as they stand at any time, the objects that were there)
        self._held: list[tuple[str, Mapping[str, Any], dict[str, Any]]] = [
            ("builtins", builtins.__dict__, _callables(builtins.__dict__, FREE)),
            ("numpy", np.__dict__, _callables(np.__dict__, LOADERS, types=False)),
        ]
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in OURS and isinstance(module, types.ModuleType):
                self._held += _of_module(name, module)

    def changed(self) -> str:
        """The name of something that was replaced; "" if nothing was.

        Nothing but syntax and methods of dicts is used here: ``builtins`` may be what has changed.
        """
        for label, now, before in self._held:
            for name in before:
                if now.get(name) is not before[name]:
                    return f"{label}.{name}"
        return ""


def _of_module(
    name: str, module: types.ModuleType
) -> Iterator[tuple[str, Mapping[str, Any], dict[str, Any]]]:
    fixed = {key: value for key, value in module.__dict__.items() if isinstance(value, FIXED)}
    yield name, module.__dict__, fixed
    for key, value in fixed.items():
        if isinstance(value, type) and value.__module__ == name:
            methods = {k: v for k, v in value.__dict__.items() if isinstance(v, FIXED)}
            yield f"{name}.{key}", value.__dict__, methods


def _callables(names: Mapping[str, Any], free: set[str], types: bool = True) -> dict[str, Any]:
    return {
        name: value
        for name, value in names.items()
        if callable(value)
        and name not in free
        and not name.startswith("__")
        and (types or not isinstance(value, type))
    }


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
