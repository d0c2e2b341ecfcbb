"""The tracked array and the tracked numbers: what they hold and how they look.

``Tracked`` is an ``ndarray`` whose memory is that of the plain array that it stands for
(``_plain``), which does all the work. A number that depends on an input is a ``float64``,
``float32`` or Python ``float`` of ours. They bear the names of the real classes, so that printing
a type prints what it should.

The classes get their operations from ``arrays.py`` and ``scalars.py``. So ``calls.py``, which those
two need, can make and recognise tracked arrays without importing them.
"""

from typing import Any

import numpy as np

from oracle.truth.recording.tape import Tape, Value


class Tracked(np.ndarray):
    __slots__ = ("_buffer", "_plain", "_value", "_version")
    _plain: np.ndarray  # the array that the user would have
    _buffer: Any  # the memory that it shows
    _value: Value | None  # the value that stood there in that ``_version`` of the memory
    _version: int

    # NumPy then makes the result of ``plain.dot(x)`` a tracked array, which we see.
    __array_priority__ = 1.0

    @property
    def __class__(self) -> type:
        return type(self._plain)

    @__class__.setter
    def __class__(self, kind: type) -> None:
        raise TypeError("__class__ assignment only supported for mutable types")

    def __repr__(self) -> str:
        return repr(_as_text(self._plain))

    def __str__(self) -> str:
        return str(_as_text(self._plain))

    def __format__(self, spec: str) -> str:
        return format(_as_text(self._plain), spec)


def _as_text(number: Any) -> Any:
    """The same text; the tape notes that numbers became text and may come back as numbers."""
    if Tape.now is not None:
        Tape.now.made_text = True
    return number


class Flat:
    """``x.flat``; ``flat.py`` gives it its operations."""

    __getitem__: Any
    __setitem__: Any

    def __init__(self, array: Tracked) -> None:
        self.base = array
        self._oracle_real = array._plain.flat
        self._next = 0


_LOOKS = ("__class__", "__repr__", "__str__", "__format__")


def _scalar_class(real: type) -> Any:
    looks = {name: vars(Tracked)[name] for name in _LOOKS}
    return type(real.__name__, (real,), {"__slots__": ("_plain", "_value", "_tape"), **looks})


Float64 = _scalar_class(np.float64)
Float32 = _scalar_class(np.float32)
Float = _scalar_class(float)
SCALAR_OF: dict[type, type] = {np.float64: Float64, np.float32: Float32, float: Float}
SCALARS = frozenset(SCALAR_OF.values())
SPECIAL = frozenset({Tracked, *SCALARS})


def give(kind: type, methods: type) -> None:
    """Give a class the members of ``methods``, which cannot be its base class.

    NumPy takes the second base class of a scalar for the one that tells its dtype, and crashes if
    that is not one of NumPy's own.
    """
    for name, member in vars(methods).items():
        if name not in ("__module__", "__doc__", "__annotations__", "__dict__", "__weakref__"):
            setattr(kind, name, member)


for _real, _ours in ((np.ndarray, Tracked), *SCALAR_OF.items()):
    _ours.__name__ = _ours.__qualname__ = _real.__name__
    _ours.__module__ = _real.__module__


def track_scalar(number: Any, value: Value, tape: Tape) -> Any:
    """A tracked number that stands for ``number``."""
    kind = SCALAR_OF.get(type(number))
    if kind is None:  # complex, half, long double: there is no tracked class for it
        tape.cut("scalar", f"a number of type {type(number).__name__} is not followed")
        return number
    tracked: Any = type(number).__new__(kind, number)
    tracked._plain = number
    tracked._value = value
    tracked._tape = tape
    return tracked


def holds_tracked(tree: Any) -> bool:
    """True if a tracked array or scalar stands anywhere in nested lists and tuples."""
    kind = type(tree)
    if kind is list or kind is tuple:
        return any(map(holds_tracked, tree))
    return kind in SPECIAL


def plain(tree: Any) -> Any:
    """The same with the arrays and scalars that the user would have in it: NumPy's own."""
    kind = type(tree)
    if kind in SPECIAL:
        return tree._plain
    if kind is list or kind is tuple:
        if holds_tracked(tree):
            return kind(map(plain, tree))
    elif kind is dict:
        return {name: plain(part) for name, part in tree.items()}
    elif kind is slice or kind is np.ndarray or kind is str:
        return tree
    elif hasattr(tree, "_oracle_real"):
        return tree._oracle_real  # a stand-in
    return tree
