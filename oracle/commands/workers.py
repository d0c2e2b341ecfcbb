"""Judges users' files, each in a process of its own: what one does costs only its own verdict.

``server`` makes the processes, ``guard`` watches them, and ``channel`` carries what they say. Where
one dies or hangs, the derivation that it was at is an error, and those after it are judged in a new
process, as long as the file's time lasts. This process decides which file a verdict belongs to, and
counts the verdicts.
"""

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from oracle.commands import channel, interrupts, processes, server
from oracle.commands.check import Outcome, Settings
from oracle.commands.listening import Heard, listen
from oracle.discovery.text.places import spoken
from oracle.results import Failure, Report, Result

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
    stop: threading.Event | None = None,
    verbose: bool = False,
) -> Report:
    """Judge all files. ``stop``, or Ctrl-C, ends it early; what is known by then is reported."""
    began = time.perf_counter()
    report = Report(settings.seed)
    stop = stop or interrupts.STOP
    files = [_File(job, settings, timeout, verbose, stop) for job in jobs]
    with ThreadPoolExecutor(processes.workers(workers, jobs)) as pool:
        todo: dict[Future[None], _File] = {pool.submit(file.judge): file for file in files}
        try:
            left = set(todo)
            while left and not stop.is_set():
                done, left = wait(left, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                    progress(todo[future].job.file.name)
        except KeyboardInterrupt:
            stop.set()
        finally:
            if stop.is_set():
                server.close()  # also where a thread waits for torch to be imported
            pool.shutdown(wait=True, cancel_futures=True)
    report.interrupted = stop.is_set()
    for file in files:
        for outcome in sorted(file.found, key=lambda outcome: outcome.line):
            (report.results if isinstance(outcome, Result) else report.errors).append(outcome)  # type: ignore[arg-type]
            report.not_judged += outcome.not_judged if isinstance(outcome, Result) else ()
    report.seconds = time.perf_counter() - began
    return report


class _File:
    """One file, judged in as many processes as it takes, and what is known of it by now."""

    def __init__(
        self, job: Job, settings: Settings, timeout: float, verbose: bool, stop: threading.Event
    ) -> None:
        self.job = job
        self.found: list[Outcome] = []
        self._name = spoken(str(job.file))
        self._settings = settings
        self._timeout = timeout
        self._left = timeout  # seconds
        self._targets: list[tuple[str, int]] = []  # names and lines, as last told
        self._verbose = verbose
        self._stop = stop

    def judge(self) -> None:
        """Judge the file. Every derivation that its process has announced gets an outcome."""
        index: int | None = 0
        while index is not None and not self._stop.is_set():
            index = self._judge_from(index)

    def _judge_from(self, first: int) -> int | None:
        """Judge the derivations from one on in a new process; the one to go on with, if any."""
        token = secrets.token_hex(16)
        try:
            messages, ending = server.running().run(self._request(token, first))
        except server.ServerError as error:
            if not self._stop.is_set():
                self._fail(1, f"an error of oracle itself, not of this file: {error}")
            return None
        began = time.monotonic()
        heard = listen(messages, ending, channel.Reader(token), self._left, first, self._stop)
        self._left -= time.monotonic() - began - heard.queued
        self.found += [self._own(outcome) for outcome in heard.outcomes]
        if self._stop.is_set():
            return None
        if heard.known:
            self._targets = heard.targets
        if heard.all_told or (heard.judged and not heard.distrusted):  # reasons may be missing
            return None
        self._fail(heard.line, heard.why(self._timeout))
        return self._next(heard)

    def _next(self, heard: Heard) -> int | None:
        """The derivation to go on with; where there is none, those that are left are errors."""
        next_one = max(heard.at + 1, heard.first)
        went_on = heard.at >= 0 and not heard.distrusted
        if went_on and self._left > self._timeout / 20:
            return next_one if next_one < len(self._targets) else None
        for name, line in self._targets[next_one:]:
            if went_on:
                said = f"no time was left (--timeout {self._timeout:g} is for a whole file)"
            else:
                said = "the process of this file ended before its turn"
            self._fail(line, f"{name}: {said}")
        return None

    def _request(self, token: str, first: int) -> dict[str, Any]:
        return {
            "token": token,
            "file": str(self.job.file),
            "name": self.job.name,
            "asked_for": self.job.asked_for,
            "skip": first,
            "settings": channel.as_data(self._settings),
            "verbose": self._verbose,
        }

    def _fail(self, line: int, message: str) -> None:
        self.found.append(Failure(self._name, max(1, line), message))

    def _own(self, outcome: Any) -> Outcome:
        """The outcome as one of this file: a file cannot report on a different one."""
        if isinstance(outcome, Failure):
            return replace(outcome, file=self._name, line=max(1, outcome.line))
        return replace(outcome, file=self._name)
