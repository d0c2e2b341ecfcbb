"""Messages from the process that runs a user's file to the process that reports on it.

What comes from there is data, never code: one line of JSON for each message, read strictly into the
data classes of ``results``. The user's code shares the process with the sender, so a message counts
only if it bears the token of this process, and whatever else arrives breaks the channel.

This protects against accidents. A file that means to deceive shares the process with its judge, and
can.
"""

import enum
import functools
import json
import os
import types
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from oracle.report.plain import cut, plain
from oracle.results import VERDICTS, Failure, Result

__all__ = ["Broken", "Reader", "Sender", "as_data", "cut", "decoded", "encoded", "read"]

HIGH = 700  # the descriptor that the channel is moved to: out of the way of loops over low ones
LONGEST = 32 * 2**20  # bytes of a message
OUTCOMES: dict[str, type] = {kind.__name__: kind for kind in (Result, Failure)}


class Broken(Exception):  # noqa: N818
    """Something arrived that is no message of ours."""


class Sender:
    """The end of the channel in the child: writes messages, from the process that made it only."""

    def __init__(self, descriptor: int, token: str) -> None:
        self._descriptor = _moved_up(descriptor)
        self._token = token
        self._count = 0
        # Bound now: the user's code may replace what the modules hold.
        self._encode = json.JSONEncoder(separators=(",", ":")).encode
        self._write, self._process, self._here = os.write, os.getpid(), os.getpid
        self._leave = os._exit

    def send(self, kind: str, **content: Any) -> None:
        """Write one message; a process that the user's code has forked ends here."""
        if self._here() != self._process:
            self._leave(0)
        message = {"token": self._token, "number": self._count, "kind": kind, **content}
        self._count += 1
        rest = memoryview(self._encode(message).encode("ascii") + b"\n")
        while rest:
            rest = rest[self._write(self._descriptor, rest) :]


def _moved_up(descriptor: int) -> int:
    try:
        import fcntl
    except ImportError:  # no such thing on this system
        return descriptor
    for lowest in (HIGH, HIGH // 4, 32):
        try:
            moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, lowest)
        except OSError:  # the limit on descriptors is lower
            continue
        os.close(descriptor)
        return moved
    return descriptor


class Reader:
    """The end of the channel in the parent: checks what arrives and hands on messages."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._count = 0
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """The messages that are complete with these bytes.

        Raises:
            Broken: a message is no message of this process, or is too long.
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST:
            raise Broken("a message is too long")
        for line in lines:
            yield self._message(line)

    def _message(self, line: bytes) -> dict[str, Any]:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            raise Broken("what came is no message") from None
        if not isinstance(message, dict) or message.get("token") != self._token:
            raise Broken("what came is no message of the judge's")
        if message.get("number") != self._count or not isinstance(message.get("kind"), str):
            raise Broken("messages are missing")
        self._count += 1
        return message


def encoded(outcome: Any) -> dict[str, Any]:
    """A result, or a failure, as what a message carries."""
    return {"type": type(outcome).__name__, "value": as_data(outcome)}


def decoded(content: Any) -> Any:
    """The result, or the failure, that a message carries.

    Raises:
        Broken: it has a field too many or too few, or one of a wrong type.
    """
    if not isinstance(content, dict) or content.get("type") not in OUTCOMES:
        raise Broken("what came is no result")
    outcome = read(OUTCOMES[content["type"]], content.get("value"))
    if isinstance(outcome, Result) and any(g.verdict not in VERDICTS for g in outcome.gradients):
        raise Broken("a verdict came that is none")
    return outcome


def as_data(value: Any) -> Any:
    """A data class as plain data, its fields by name."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_data(getattr(value, f.name)) for f in fields(value) if f.init}
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, types.MappingProxyType):
        return plain(dict(value))
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, list | tuple) and any(is_dataclass(entry) for entry in value):
        return [as_data(entry) for entry in value]
    if isinstance(value, tuple) and any(isinstance(entry, tuple | Fraction) for entry in value):
        return [as_data(entry) for entry in value]
    return plain(value)


@functools.cache
def _types(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind) if field.init}


def read(kind: Any, data: Any) -> Any:
    """Data as a value of this type, which is a data class or one of its fields' types.

    Raises:
        Broken: it is not of the type.
    """
    if kind is Any:
        return plain(data)
    origin, of = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _read_one_of(of, data)
    if is_dataclass(kind) and isinstance(kind, type):
        expected = _types(kind)
        if not isinstance(data, dict) or data.keys() != expected.keys():
            raise Broken(f"what came is no {kind.__name__}")
        return kind(**{name: read(each, data[name]) for name, each in expected.items()})
    if origin is dict or str(origin).endswith("Mapping'>"):
        if not isinstance(data, dict):
            raise Broken("a table was expected")
        return {read(of[0], key): read(of[1], item) for key, item in data.items()}
    if origin in (list, tuple) or str(origin).endswith("Sequence'>"):
        return _read_list(origin, of, data)
    if origin is typing.Literal:
        if data not in of:
            raise Broken(f"{data!r} is not one of {of}")
        return data
    return _read_single(kind, data)


def _read_one_of(kinds: tuple[Any, ...], data: Any) -> Any:
    for kind in kinds:
        try:
            return read(kind, data)
        except Broken:
            continue
    raise Broken("a field has a wrong type")


def _read_list(origin: Any, of: tuple[Any, ...], data: Any) -> Any:
    if not isinstance(data, list):
        raise Broken("a list was expected")
    if origin is list:
        return [read(of[0], entry) for entry in data]
    if of[-1] is not Ellipsis and origin is tuple:
        if len(of) != len(data):
            raise Broken("a list is too long or too short")
        return tuple(read(each, entry) for each, entry in zip(of, data))
    return tuple(read(of[0], entry) for entry in data)


def _read_single(kind: Any, data: Any) -> Any:
    if kind is types.NoneType:
        if data is not None:
            raise Broken("nothing was expected")
        return None
    if kind is Fraction:
        try:
            return Fraction(data) if isinstance(data, str) else _fail("a fraction")
        except (ValueError, ZeroDivisionError):
            raise Broken("a fraction was expected") from None
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        if not isinstance(data, str) or data not in kind.__members__:
            raise Broken(f"{kind.__name__} was expected")
        return kind[data]
    if kind is float and type(data) is int:
        return float(data)
    if kind not in (str, int, float, bool):
        raise TypeError(f"no message can carry a field of type {kind!r}")  # a mistake of ours
    if type(data) is not kind:
        raise Broken(f"{kind.__name__} was expected")
    return data


def _fail(expected: str) -> Any:
    raise Broken(f"{expected} was expected")
