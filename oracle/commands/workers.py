"""Runs users' files in child processes: what they do there costs them their own verdict at most.

Each file gets a process of its own, with a time limit, a memory limit, closed standard input and
nowhere to print to. Where the process dies or hangs, the derivation that it was at is an error, and
the ones after it are judged in a new process.
"""

import contextlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from oracle.commands import processes
from oracle.commands.check import Outcome, Settings
from oracle.discovery.text.places import spoken
from oracle.results import Failure, Report, Result
from oracle.truth.recording.tape import is_user_file

MEMORY = 6 * 2**30  # bytes that a file may use on top of what torch takes
TIMEOUT = 60.0  # seconds for a file


@dataclass(frozen=True)
class Job:
    """A file, and the derivation in it that was asked for ("" for all)."""

    file: Path
    name: str = ""
    asked_for: bool = True  # itself, and not the folder that it is in


def check(
    jobs: Sequence[Job],
    settings: Settings,
    timeout: float = TIMEOUT,
    workers: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Judge all files; Ctrl-C ends it early, and what is known by then is reported."""
    began = time.perf_counter()
    report = Report(settings.seed)
    found: dict[Job, list[Outcome]] = {job: [] for job in jobs}
    stop = threading.Event()
    context = processes.context("oracle.judging.examine", "oracle.diagnosis.diagnose")
    with ThreadPoolExecutor(processes.workers(workers, jobs)) as pool:
        todo: dict[Future[None], Job] = {
            pool.submit(_file, job, settings, timeout, found[job], stop, context): job
            for job in jobs
        }
        try:
            left = set(todo)
            while left:
                done, left = wait(left, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                    progress(todo[future].file.name)
        except KeyboardInterrupt:
            report.interrupted = True
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
    for job in jobs:
        for outcome in found[job]:
            (report.results if isinstance(outcome, Result) else report.errors).append(outcome)  # type: ignore[arg-type]
            report.not_judged += outcome.not_judged if isinstance(outcome, Result) else ()
    report.seconds = time.perf_counter() - began
    return report


def _file(
    job: Job,
    settings: Settings,
    timeout: float,
    found: list[Outcome],
    stop: threading.Event,
    context: Any,
) -> None:
    """Judge one file, in as many processes as it takes."""
    skip = 0
    file = spoken(str(job.file))
    while True:
        ours, theirs = context.Pipe()
        process = context.Process(target=_child, args=(job, settings, skip, theirs), daemon=True)
        process.start()
        theirs.close()
        heard = _listen(ours, found, stop, timeout)
        if heard.ended:
            process.join(5)
            if process.is_alive():
                process.kill()
            return
        process.join(0.5)
        alive = process.is_alive()
        if alive:
            process.kill()
            process.join()
        if stop.is_set():
            return
        where = f"{heard.name}: " if heard.name else ""
        if heard.broken:
            said = heard.broken
        elif alive:
            said = f"not done after {timeout:g} seconds (--timeout): an endless loop?"
        else:
            said = _how_it_died(process.exitcode, heard.ready)
        found.append(Failure(file, heard.line or 1, f"{where}{said}"))
        if heard.index < 0 or heard.broken:
            return
        skip = heard.index + 1


@dataclass
class Heard:
    """What a child has said by the time that it ended, or was ended."""

    index: int = -1  # of the derivation that it was at; -1 while the file was imported
    name: str = ""
    line: int = 0
    ready: bool = False  # torch is imported, and the user's code begins
    ended: bool = False  # all is done
    broken: str = ""  # an error of this tool


def _listen(ours: Connection, found: list[Outcome], stop: threading.Event, timeout: float) -> Heard:
    """Take what the child sends, until it has ended or its time is up."""
    heard = Heard()
    end: float | None = None
    while not (stop.is_set() or heard.ended or heard.broken):
        try:
            if not ours.poll(0.1):
                if end is not None and time.monotonic() > end:
                    break
                continue
            kind, *rest = ours.recv()
        except (EOFError, OSError):
            break
        if kind == "ready":
            heard.ready = True
            end = time.monotonic() + timeout
        elif kind == "start":
            heard.index, heard.name, heard.line = rest
        elif kind == "done":
            found.append(rest[0])
        elif kind == "broken":
            heard.broken = rest[0]
        else:
            heard.ended = True
    return heard


def _how_it_died(code: int | None, ready: bool) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"the interpreter crashed with {signal.Signals(-code).name}"
        return f"the interpreter was killed by signal {-code}"
    if not ready:
        return f"oracle itself ended with status {code} before it ran this file; please report it"
    return f"the interpreter exited with status {code} (os._exit?)"


def _child(job: Job, settings: Settings, skip: int, theirs: Connection) -> None:
    """In the child: everything that the user's code could disturb is its own."""
    try:
        _judged(job, settings, skip, theirs)
    except BaseException as error:  # nothing of the user's code gets here
        theirs.send(("broken", _ours(error)))
    os._exit(0)  # whatever the user's code has left running or registered


def _ours(error: BaseException) -> str:
    """An error of this tool, with where it was raised, as what it is."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(at.filename).name}, line {at.lineno}"
    return (
        f"an error of oracle itself, not of this file: {type(error).__name__}: {error} ({where}); "
        "please report it"
    )


def _judged(job: Job, settings: Settings, skip: int, theirs: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from oracle.commands import check
    from oracle.diagnosis import diagnose
    from oracle.judging import examine

    del diagnose, examine
    _closed()
    theirs.send(("ready",))
    file = spoken(str(job.file))
    any_found = False
    try:
        for index, (name, line, judge) in enumerate(check.of_file(job.file, job.name, settings)):
            any_found = True
            if index < skip:
                continue
            theirs.send(("start", index, name, line))
            try:
                outcome: Outcome = judge()
            except (Exception, SystemExit, KeyboardInterrupt) as error:
                outcome = Failure(file, line, f"{name}: {_said(error)}")
            theirs.send(("done", outcome))
    except (Exception, SystemExit) as error:
        any_found = True
        theirs.send(("done", Failure(file, 1, _said(error))))
    if job.asked_for and not any_found:
        theirs.send(("done", Failure(file, 1, _nothing(job))))
    theirs.send(("end",))
    theirs.close()


def _said(error: BaseException) -> str:
    """What an error says: the user's code as it is, one of ours with a word that it is ours."""
    frames = traceback.walk_tb(error.__traceback__)
    users = any(is_user_file(frame.f_code.co_filename) for frame, _ in frames)
    return f"{type(error).__name__}: {error}" if users else _ours(error)


def _nothing(job: Job) -> str:
    if job.name:
        return f"there is no derivation called {job.name} in it"
    return (
        "no backward pass was found in it: name a pair f and f_backward (or f_grad), a class with "
        "forward and backward, or pick a function with FILE::NAME"
    )


def _closed() -> None:
    """No standard input, nowhere to print to, and not all of the memory."""
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
