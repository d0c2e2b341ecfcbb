"""The messages of one file's process, taken until it is done, dies, or its time is up."""

import contextlib
import json
import os
import selectors
import signal
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oracle.commands.channel import Broken, Reader, cut, decoded
from oracle.commands.guard import MOST

ENOUGH = 64 * 2**20  # bytes that one process may send
STEP = 0.1  # seconds between two looks at the clock


@dataclass
class Heard:
    """The messages of one process about its file, and how it ended."""

    first: int  # the first derivation that it is to judge
    targets: list[tuple[str, int]] = field(default_factory=list)  # names and lines
    outcomes: list[Any] = field(default_factory=list)
    at: int = -1  # the derivation that it is at; -1 while the file is imported
    open: bool = False  # whether the outcome of that one is missing
    imported: bool = False
    known: bool = False  # whether the targets were told
    judged: bool = False  # each derivation has an outcome; reasons of wrong ones may come
    all_told: bool = False
    distrusted: str = ""  # a message was none, or the judge itself has failed
    late: bool = False
    status: int | None = None  # of the process, where it has ended by itself
    too_many: bool = False  # processes
    process: int = 0  # the one that runs the file
    queued: float = 0.0  # seconds for which that waited for a processor

    @property
    def line(self) -> int:
        """The line of the derivation that it was at."""
        return self.targets[self.at][1] if 0 <= self.at < len(self.targets) else 1

    def take(self, message: dict[str, Any]) -> None:
        """Note one message.

        Raises:
            Broken: its place in the order of things, or a part of it, is wrong.
        """
        kind = message["kind"]
        if kind == "begun" and not (self.process or self.known):
            self.process = _positive(message.get("process"))
        elif kind == "imported" and not self.known:
            self.imported = True
        elif kind == "broken":
            self.distrusted = _text(message.get("text"))
        elif kind == "found" and not self.known:
            self.targets = [_target(each) for each in _list(message.get("targets"))]
            self.known = True
        elif kind == "start" and self.known and not self.open:
            expected = max(self.at + 1, self.first)
            if message.get("index") != expected or expected >= len(self.targets):
                raise Broken("a derivation was begun out of turn")
            self.at, self.open = expected, True
        elif kind == "outcome" and self.known:
            whole = self.at < 0 and not self.outcomes  # the file's, before any derivation's
            if message.get("index") != (self.at if self.open else -1) or not (self.open or whole):
                raise Broken("a verdict came out of turn")
            self.outcomes.append(decoded(message.get("outcome")))
            self.open = False
        elif kind == "judged" and self.known and not self.open:
            if max(self.at + 1, self.first) < len(self.targets):
                raise Broken("verdicts are missing")
            self.judged = True
        elif kind == "reason" and self.judged:
            index = message.get("index")
            if type(index) is not int or not self.first <= index < len(self.targets):
                raise Broken("a reason for no verdict came")
            self.outcomes[index - len(self.targets)] = decoded(message.get("outcome"))
        elif kind == "end" and self.judged:
            self.all_told = True
        else:
            raise Broken("a message came out of turn")

    def why(self, timeout: float) -> str:
        """Why not all was told, of the derivation that the process was at."""
        name = self.targets[self.at][0] if 0 <= self.at < len(self.targets) else ""
        return (f"{name}: " if name else "") + self._reason(timeout)

    def _reason(self, timeout: float) -> str:
        if self.distrusted:
            return self.distrusted
        if self.late and self.imported and not self.known:
            return (
                f"imported, but its shapes were not found within {timeout:g} seconds (--timeout): "
                "say them in comments"
            )
        if self.late and not self.known:
            return f"not imported within {timeout:g} seconds (--timeout): an endless loop?"
        if self.late:
            return f"not done in its share of the time (--timeout {timeout:g} is for a whole file)"
        if self.too_many:
            return f"it had more than {MOST} processes at a time, and was ended"
        if self.status is not None and self.status < 0:
            with contextlib.suppress(ValueError):
                return f"the interpreter crashed with {signal.Signals(-self.status).name}"
            return f"the interpreter was killed by signal {-self.status}"
        if self.status == 0:
            return "its process ended too early (os._exit, or did it close all descriptors?)"
        if self.status is not None:
            return f"the interpreter exited with status {self.status} (os._exit?)"
        return "the process that watches over this file was killed"


def listen(
    messages: int,
    ending: socket.socket,
    reader: Reader,
    seconds: float,
    first: int,
    stop: threading.Event,
) -> Heard:
    """Take what a process sends until it is done or its time is up, then end it."""
    heard = Heard(first)
    os.set_blocking(messages, False)
    with selectors.DefaultSelector() as selector, ending:
        selector.register(messages, selectors.EVENT_READ)
        selector.register(ending, selectors.EVENT_READ)
        try:
            _listen(heard, selector, messages, ending, reader, time.monotonic() + seconds, stop)
        except Broken as error:
            heard.distrusted = f"the channel to the judge was disturbed: {error}"
        told = _end(ending)
    os.close(messages)
    heard.status = told.get("status") if isinstance(told.get("status"), int) else None
    heard.too_many = told.get("why") == "processes"
    return heard


def _listen(
    heard: Heard,
    selector: selectors.BaseSelector,
    messages: int,
    ending: socket.socket,
    reader: Reader,
    end: float,
    stop: threading.Event,
) -> None:
    """Take messages until the time is up, in which waiting for a processor does not count."""
    limit, at, taken = end, -1, 0
    while not (stop.is_set() or heard.all_told or heard.distrusted):
        heard.queued = max(heard.queued, _queued(heard.process))
        if heard.at != at:  # one that hangs leaves half of the time to those after it
            at, now = heard.at, time.monotonic() - heard.queued
            last = at == len(heard.targets) - 1
            limit = end if last else now + (end - now) / 2
        if time.monotonic() - heard.queued > limit:
            heard.late = True
            return
        ready = {key.fileobj for key, _ in selector.select(STEP)}
        data = _available(messages) if ready else None
        if data:
            taken += len(data)
            for message in reader.feed(data):
                heard.take(message)
            if taken > ENOUGH:
                raise Broken("far too much was sent")
        elif ending in ready:  # the guard has told how it ended, or is gone itself
            return
        elif data == b"":
            selector.unregister(messages)  # closed: the guard will tell why


def _queued(process: int) -> float:
    """The seconds for which a process waited for a processor; 0 where nothing tells.

    A busy machine took them, not the code. Linux counts nanoseconds, of the main thread.
    """
    try:
        text = Path(f"/proc/{process}/schedstat").read_text(encoding="ascii")
        return int(text.split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def _available(messages: int) -> bytes | None:
    """The bytes that are there; None if there are none yet, b"" if there will be none."""
    try:
        return os.read(messages, 2**16)
    except BlockingIOError:
        return None


def _end(ending: socket.socket) -> dict[str, Any]:
    """Have the guard end all processes, and say how the child ended, if it did by itself."""
    data = b""
    with contextlib.suppress(OSError):
        ending.settimeout(8)
        ending.shutdown(socket.SHUT_WR)
        while more := ending.recv(4096):
            data += more
    with contextlib.suppress(ValueError):
        told = json.loads(data)
        return told if isinstance(told, dict) else {}
    return {}


def _target(data: Any) -> tuple[str, int]:
    match data:
        case [str(name), int(line)]:
            return cut(name), max(1, line)
    raise Broken("a derivation was announced without name or line")


def _positive(data: Any) -> int:
    if type(data) is not int or data < 1:
        raise Broken("a process was expected")
    return data


def _list(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise Broken("a list was expected")
    return data


def _text(data: Any) -> str:
    return cut(data) if isinstance(data, str) else "an error of oracle itself"
