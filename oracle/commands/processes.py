"""Child processes: how they are started, how many at a time, and how all of them are ended.

A process may make others, which may leave its group and its session, and outlive it. On Linux a
*subreaper* becomes the parent of all that lose theirs below it, so nothing gets away from it;
elsewhere less is known.
"""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MOST = 8  # processes at a time, however many cores there are
DEATH_SIGNAL, SUBREAPER = 1, 36  # PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER
LINUX = sys.platform == "linux"
ENDING, AWAITED = 5.0, 3.0  # seconds in which processes are killed, and waited for


def context(*preload: str) -> Any:
    """A context whose processes begin clean of the parent's threads and modules.

    Where the system has a fork server, it imports ``preload`` once, for all of them.
    """
    server = "forkserver" in multiprocessing.get_all_start_methods()
    found = multiprocessing.get_context("forkserver" if server else "spawn")
    if server:
        found.set_forkserver_preload(list(preload))
    return found


def begin(*preload: str) -> None:
    """Have the fork server import what the processes will need, while this process goes on."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        from multiprocessing import forkserver

        context(*preload)
        kept = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is this process's affair
        try:
            forkserver.ensure_running()
        finally:
            signal.signal(signal.SIGINT, kept)


def workers(asked: int, todo: Sequence[Any]) -> int:
    """The number of processes: as asked for, or one a core; none without a task."""
    if asked:
        return asked
    affinity = getattr(os, "sched_getaffinity", None)  # Linux: the cores that are ours
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min(len(todo), cores, MOST))


def adopt_orphans() -> None:
    """Make this process the parent of every descendant whose own parent ends."""
    _prctl(SUBREAPER, 1)


def die_with_parent(parent: int) -> None:
    """Have this process killed when its parent ends, also if that has happened already."""
    _prctl(DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _prctl(option: int, value: int) -> None:
    if LINUX:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def descendants(process: int) -> list[int]:
    """All processes below one, children before theirs."""
    found: list[int] = []
    todo = [process]
    while todo:
        children = _children(todo.pop())
        found += children
        todo += children
    return found


def _children(process: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):  # it has ended
        for thread in os.listdir(f"/proc/{process}/task"):
            with contextlib.suppress(OSError):
                text = Path(f"/proc/{process}/task/{thread}/children").read_text()
                found += map(int, text.split())
    return found


def end_descendants(group: int = 0) -> None:
    """Kill every process below this one, and wait until none is left.

    ``group`` is killed as a whole at first: processes that fork cannot escape from that.
    """
    end = time.monotonic() + ENDING
    while time.monotonic() < end:
        if group:
            with contextlib.suppress(OSError):
                os.killpg(group, signal.SIGKILL)
        for process in descendants(os.getpid()):
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
        if not _reaped():
            return
        time.sleep(0.002)


def await_descendants() -> None:
    """Wait until no process is left below this one, for some time."""
    end = time.monotonic() + AWAITED
    while _reaped() and time.monotonic() < end:
        time.sleep(0.005)


def _reaped() -> bool:
    """Take note of the children that have ended; whether any is left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True
