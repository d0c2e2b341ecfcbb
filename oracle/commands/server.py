"""A process that has imported torch once, and makes a copy of itself for each user's file.

``Server`` is its handle in the process that reports; ``serve`` is what it does. It is started by
``python -P -c``, so that a ``types.py`` or ``numpy.py`` in the current folder is not taken for
Python's or NumPy's. It ends when the parent's end of its socket does.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

PRELOADED = (
    "oracle.commands.child",
    "oracle.diagnosis.diagnose",
    "oracle.judging.recognition",
    "oracle.judging.examine",
)
START = (
    "import gc, sys; gc.disable(); "  # imports make no garbage, and collecting costs a tenth
    "sys.path.insert(0, {path!r}); import oracle; del sys.path[0]; "
    "from oracle.commands import server; server.serve({descriptor})"
)


class ServerError(Exception):
    """The server, and not a user's file, has failed."""


class Server:
    """The process that runs users' files; it is started at once and used from many threads."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        folder = str(Path(__file__).resolve().parents[2])
        start = START.format(path=folder, descriptor=theirs.fileno())
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", start],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()], start_new_session=True,
        )  # fmt: skip
        theirs.close()
        self._control = ours
        self._lock = threading.Lock()
        self.closed = False

    def run(self, request: dict[str, Any]) -> tuple[int, socket.socket]:
        """Start a guard: where the messages of its child arrive, and the socket that ends both.

        Raises:
            ServerError: no process could be started.
        """
        read, write = os.pipe()
        ours, theirs = socket.socketpair()
        body = json.dumps(request).encode()
        try:
            with self._lock, theirs:
                head = len(body).to_bytes(4, "big")
                socket.send_fds(self._control, [head], [write, theirs.fileno()])
                self._control.sendall(body)
                failed = _received(self._control)
        except OSError as error:
            failed = str(error).encode()
        finally:
            os.close(write)
        if failed == b"":
            return read, ours
        os.close(read)
        ours.close()
        self.closed = True
        raise ServerError(failed.decode() if failed else self._how_it_ended())

    def _how_it_ended(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        return f"the process that runs files ended with status {self._process.returncode}"

    def close(self) -> None:
        """End the server, whatever it is doing."""
        self.closed = True
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._process.terminate()  # ends it while it imports torch; later it sees the socket
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._control.close()


_servers: list[Server] = []  # one at most, for all checks of this process
_one = threading.Lock()


def running() -> Server:
    """The server of this process; a new one if there is none, or it has ended.

    Raises:
        ServerError: this system cannot copy a process.
    """
    if not hasattr(os, "fork"):
        raise ServerError("files are judged in copies of a process, which only POSIX systems make")
    with _one:
        if not _servers or _servers[0].closed:
            for old in _servers:
                old.close()
            _servers[:] = [Server()]
        return _servers[0]


@atexit.register
def close() -> None:
    """End the server of this process."""
    with _one:
        while _servers:
            _servers.pop().close()


def serve(descriptor: int) -> None:
    """In the server: a guard for each request, until the parent is gone."""
    from oracle.commands import guard, processes

    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    failed = _preload()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a guard
    processes.adopt_orphans()
    folder = ""
    try:
        folder = tempfile.mkdtemp(prefix="oracle-")  # for what files leave there
    except OSError as error:
        failed = failed or f"no temporary folder could be made: {error}".encode()
    while True:
        try:
            head, descriptors, _, _ = socket.recv_fds(control, 4, 2)
            body = _exactly(control, int.from_bytes(head, "big")) if head else None
        except OSError:
            body = None
        if body is None:
            break
        messages, end = descriptors
        request = {**json.loads(body), "folder": folder}
        said = failed or _forked(guard.guard, request, messages, end, control)
        os.close(messages)
        os.close(end)
        control.sendall(len(said).to_bytes(4, "big") + said)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    processes.await_descendants()  # the guards see the end, too
    processes.end_descendants()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _forked(
    guard: Any, request: dict[str, Any], messages: int, end: int, control: socket.socket
) -> bytes:
    """Start a guard; why that failed, if it did."""
    try:
        process = os.fork()
    except OSError as error:
        return f"no process could be started: {error}".encode()
    if process == 0:
        try:
            control.close()
            guard(request, messages, socket.socket(fileno=end))
        finally:
            os._exit(0)
    return b""


def _preload() -> bytes:
    """Import what every file needs; what went wrong, if anything did."""
    try:
        for name in PRELOADED:
            importlib.import_module(name)
    except BaseException as error:
        from oracle.commands import own_errors

        return own_errors.told(error, verbose=False).encode()
    gc.freeze()
    gc.enable()
    return b""


def _received(control: socket.socket) -> bytes | None:
    """An answer of the server; None if it is gone."""
    head = _exactly(control, 4)
    return None if head is None else _exactly(control, int.from_bytes(head, "big"))


def _exactly(control: socket.socket, count: int) -> bytes | None:
    data = b""
    while len(data) < count:
        more = control.recv(count - len(data))
        if not more:
            return None
        data += more
    return data
