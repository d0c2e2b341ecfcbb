"""Child processes: how they are started, and how many at a time."""

import multiprocessing
import os
import signal
from collections.abc import Sequence
from typing import Any

MOST = 8  # processes at a time, however many cores there are


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
