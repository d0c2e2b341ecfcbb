"""The process that watches over one user's file: it ends the file's processes, all of them.

    server (torch imported)  ->  guard  ->  child (runs the file)  ->  whatever the file starts

The guard runs no code of the user's. It ends everything below itself as soon as the file is done,
the parent asks for it or ends, or there are too many processes.
"""

import json
import os
import select
import shutil
import signal
import socket
import tempfile
from typing import Any

from oracle.commands import processes

MOST = 64  # processes of one file
PAUSE = 0.02  # seconds between two looks


def guard(request: dict[str, Any], messages: int, ending: socket.socket) -> None:
    """Run a request in a child and tell the parent, through ``ending``, how that ended."""
    os.setsid()
    for each in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)
    processes.adopt_orphans()
    # For what the file leaves there. The paths of sockets in it have a limit: the name is short.
    folder = tempfile.mkdtemp(prefix="", dir=request.pop("folder"))
    own = os.getpid()
    try:
        child = os.fork()
        if child == 0:
            _child(request, messages, ending, own, folder)
        os.close(messages)
        told = _watch(child, ending)
        processes.end_descendants(child)
    finally:
        if os.getpid() == own:
            shutil.rmtree(folder, ignore_errors=True)
    ending.sendall(json.dumps(told).encode())


def _child(
    request: dict[str, Any], messages: int, ending: socket.socket, guard: int, folder: str
) -> None:
    """In the child: nothing but an end of the process comes back from here."""
    try:
        os.setsid()
        processes.die_with_parent(guard)
        ending.close()
        os.environ["TMPDIR"] = folder
        tempfile.tempdir = None
        from oracle.commands import child

        child.run(request, messages)
    finally:
        os._exit(0)  # whatever the user's code has left running or registered


def _watch(child: int, ending: socket.socket) -> dict[str, Any]:
    """Wait for the child: its exit status (minus the signal), or the reason to end it."""
    while True:
        if select.select([ending], [], [], PAUSE)[0]:
            return {"status": None, "why": "asked"}  # the parent is done, or gone
        status = _ended(child)
        if status is not None:
            return {"status": status, "why": "ended"}
        if len(processes.descendants(os.getpid())) > MOST:
            return {"status": None, "why": "processes"}


def _ended(child: int) -> int | None:
    """The exit status of the child, if it has ended; orphans that have ended are forgotten."""
    while True:
        process, status = os.waitpid(-1, os.WNOHANG)
        if process == child:
            return os.waitstatus_to_exitcode(status)
        if process == 0:
            return None
