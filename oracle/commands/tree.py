"""Processes and what descends from them, as Linux tells it; elsewhere less is known.

A process may make others, which may leave its group and its session, and outlive it. A *subreaper*
becomes the parent of all that lose theirs below it, so nothing gets away from it.
"""

import contextlib
import ctypes
import os
import signal
import sys
import time
from pathlib import Path

DEATH_SIGNAL, SUBREAPER = 1, 36  # PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER
LINUX = sys.platform == "linux"
ENDING, AWAITED = 5.0, 3.0  # seconds in which processes are killed, and waited for


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
