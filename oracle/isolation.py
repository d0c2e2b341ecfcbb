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
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from oracle import processes
from oracle.checks import Outcome, Settings
from oracle.results import Failure, Report, Result
from oracle.source import spoken

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
    context = processes.context("oracle.judging", "oracle.diagnosis")
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
        at, ended = _listen(ours, found, stop, timeout)
        if ended:
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
        index, name, line = at
        where = f"{name}: " if name else ""
        if alive:
            said = f"not done after {timeout:g} seconds (--timeout): an endless loop?"
        else:
            said = _how_it_died(process.exitcode)
        found.append(Failure(file, line or 1, f"{where}{said}"))
        if index < 0:  # while it was imported
            return
        skip = index + 1


def _listen(
    ours: Connection, found: list[Outcome], stop: threading.Event, timeout: float
) -> tuple[tuple[int, str, int], bool]:
    """Take what the child sends: where it was when it ended, and whether that was the end."""
    at = (-1, "", 0)
    end: float | None = None
    while not stop.is_set():
        try:
            if not ours.poll(0.1):
                if end is not None and time.monotonic() > end:
                    return at, False
                continue
            kind, *rest = ours.recv()
        except (EOFError, OSError):
            return at, False
        if kind == "ready":  # torch is imported, and the user's time begins
            end = time.monotonic() + timeout
        elif kind == "start":
            at = tuple(rest)
        elif kind == "done":
            found.append(rest[0])
        else:
            return at, True
    return at, False


def _how_it_died(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"the interpreter crashed with {signal.Signals(-code).name}"
        return f"the interpreter was killed by signal {-code}"
    return f"the interpreter exited with status {code} (os._exit?)"


def _child(job: Job, settings: Settings, skip: int, theirs: Connection) -> None:
    """In the child: everything that the user's code could disturb is its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from oracle import checks, diagnosis, judging

    del diagnosis, judging
    _closed()
    theirs.send(("ready",))
    file = spoken(str(job.file))
    any_found = False
    try:
        for index, (name, line, judge) in enumerate(checks.of_file(job.file, job.name, settings)):
            any_found = True
            if index < skip:
                continue
            theirs.send(("start", index, name, line))
            try:
                outcome: Outcome = judge()
            except (Exception, SystemExit, KeyboardInterrupt) as error:
                outcome = Failure(file, line, f"{name}: {type(error).__name__}: {error}")
            theirs.send(("done", outcome))
    except (Exception, SystemExit) as error:
        any_found = True
        theirs.send(("done", Failure(file, 1, f"{type(error).__name__}: {error}")))
    if job.asked_for and not any_found:
        theirs.send(("done", Failure(file, 1, _nothing(job))))
    theirs.send(("end",))
    theirs.close()
    os._exit(0)  # whatever the user's code has left running or registered


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
