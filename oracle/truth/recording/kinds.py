"""The tracked array and the tracked numbers: how they look, and how they are made and unmade.

``Tracked`` is an ``ndarray`` whose memory is that of the plain array that it stands for
(``_plain``), which does all the work. A number that depends on an input is a ``float64``,
``float32`` or Python ``float`` of ours. They bear the names of the real classes, so that printing
a type prints what it should.

The classes get their operations from ``arrays.py``, ``scalars.py`` and ``iteration.py``. So
``calls.py``, which those need, can make and recognise tracked arrays without importing them.
"""

from typing import Any

import numpy as np

from oracle.truth.recording.memory import LARGE, Buffer, owner_of, watch
from oracle.truth.recording.tape import Tape, Value

_LOOKS = ("__class__", "__repr__", "__str__", "__format__")
NUMBERS = "fc"  # the kinds of dtype that are followed
MANY = 20_000  # entries of an array: to look each of them up takes about a millisecond


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
    """``x.flat``; ``iteration.py`` gives it its operations."""

    __getitem__: Any
    __setitem__: Any

    def __init__(self, array: Tracked) -> None:
        self.base = array
        self._oracle_real = array._plain.flat
        self._next = 0


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


def value_of(tracked: Tracked) -> Value | None:
    """The value that a tracked array holds now; None if nothing in it depends on an input."""
    buffer = tracked._buffer
    if tracked._version != buffer.version:
        if buffer.active and tracked._plain.dtype.kind in NUMBERS:
            tracked._value = buffer.read(tracked._plain)
        else:
            tracked._value = None
        tracked._version = buffer.version
    return tracked._value


def is_costly(tracked: Tracked) -> bool:
    """True if each entry of a large array would be looked up, after a write to some."""
    buffer = tracked._buffer
    return (
        tracked._version != buffer.version
        and buffer.labels is not None
        and tracked._plain.size > MANY
    )


def is_active(tree: Any) -> bool:
    kind = type(tree)
    if kind is Tracked:
        return tree._buffer.tape is Tape.now and value_of(tree) is not None
    if kind in SCALARS:
        return tree._tape is Tape.now
    if kind is list or kind is tuple:
        return any(map(is_active, tree))
    return is_active(tree.base) if kind is Flat else False


def noted(tree: Any, tape: Tape) -> Any:
    """The same with values in it: what goes into a note."""
    kind = type(tree)
    if kind is Tracked:
        if tree._buffer.tape is not tape:
            return Value(tree._plain.copy())
        value = value_of(tree)
        if value is None:
            value = Value(tree._plain)
            tree._buffer.borrowers.append(value)
        return value
    if kind in SCALARS:
        return tree._value if tree._tape is tape else tree._plain
    if kind is np.ndarray:
        return _stranger(tree, tape)
    if kind is list or kind is tuple:
        return kind([noted(part, tape) for part in tree])
    return noted(tree[:], tape) if kind is Flat else tree


def _stranger(array: np.ndarray, tape: Tape) -> Any:
    """A plain array: a constant, unless it shares its memory with a tracked one."""
    buffer = tape.buffers.get(id(owner_of(array)))
    if buffer is not None and buffer.active and array.dtype.kind in NUMBERS:
        value = buffer.read(array)
        if value is not None:
            return value
    return Value(array.copy())


def strangers(tree: Any, tape: Tape) -> bool:
    """True if a plain array shares its memory with an active tracked one."""
    if type(tree) is np.ndarray:
        buffer = tape.buffers.get(id(owner_of(tree)))
        return buffer is not None and buffer.active
    return False


def track(array: np.ndarray, tape: Tape, value: Value | None = None) -> Tracked:
    """A tracked array for a plain one, fresh or a view of memory that is known."""
    tracked = array.view(Tracked)
    tracked._plain = array
    if array.base is None:
        buffer = tape.buffers.get(id(array))
        if buffer is None:
            tracked._buffer = buffer = Buffer(tape, array, value)
            tracked._value = value
            tracked._version = 0
            buffer.face = tracked
            if value is not None and (size := array.nbytes) > LARGE:
                watch(buffer, size)
            return tracked
    else:
        buffer = tape.buffers.get(id(array.base))  # as mostly
        if buffer is None or buffer.owner is not array.base:
            owner = owner_of(array)
            buffer = tape.buffers.get(id(owner))
        if buffer is None:
            buffer = Buffer(tape, owner)
            if value is not None:
                buffer.filled(array, value)
        if value is not None:
            buffer.borrowers.append(value)
    tracked._buffer = buffer
    tracked._value = value
    # A view whose value is not known may still show active ones: it is looked up when it is read.
    tracked._version = -1 if value is None and buffer.active else buffer.version
    if buffer.face is None and buffer.owner is array:
        buffer.face = tracked
    return tracked


def adopt(array: np.ndarray, tape: Tape) -> Tracked:
    """A tracked array for a plain one; its value is looked up in the memory."""
    tracked = track(array, tape)
    tracked._version = -1
    return tracked


def tag(result: Any, tape: Tape) -> Any:
    """Track arrays that depend on no input: an active value may be written into them later."""
    if type(result) is np.ndarray:
        if result.dtype.names:
            tape.cut("fields", "an array with named fields was made, which is not followed")
            return result
        if result.dtype.hasobject:
            return result
        return given(result, tape) if tape.everything else track(result, tape)
    if isinstance(result, (tuple, list)) and any(type(part) is np.ndarray for part in result):
        return like(result, [tag(part, tape) for part in result])
    return given(result, tape) if tape.everything else result


def given(thing: Any, tape: Tape) -> Any:
    """Follow an array or a number from here on, as an input of the record."""
    kind = type(thing)
    if kind is np.ndarray and not thing.dtype.hasobject:
        owner = tape.buffers.get(id(owner_of(thing)))
        if owner is None and thing.dtype.kind == "f":
            return track(thing, tape, Value(thing, True))
        face = None if owner is None else owner.face
        return face if face is not None and face._plain is thing else adopt(thing, tape)
    if kind is float or kind is np.float64 or kind is np.float32:
        return track_scalar(thing, Value(thing, True), tape)
    return thing


def like(sequence: Any, parts: list[Any]) -> Any:
    """A list, tuple or named tuple of the same kind with other parts."""
    if hasattr(sequence, "_fields"):
        return type(sequence)(*parts)
    return type(sequence)(parts)


def same_as(result: Any, args: Any) -> Any:
    """The tracked array that a result *is*, if it is one of the arguments."""
    for arg in args:
        if type(arg) is Tracked and arg._plain is result:
            return arg
    return None


# Tracked arrays that NumPy's C code made by a way that is not followed.


def foundling(self: Tracked) -> None:
    """Initialise a tracked array of unknown origin: a constant, unless its memory is known."""
    tape = Tape.now or Tape()
    array = np.ndarray.view(self, np.ndarray)
    buffer = tape.buffers.get(id(owner_of(array)))
    if buffer is None:
        buffer = Buffer(tape, owner_of(array))
        tape.cut("unrecorded", "an array was made by a way that is not followed")
    self._plain = array
    self._buffer = buffer
    self._value, self._version = None, -1


def orphan(self: Tracked, source: Tracked) -> None:
    """Initialise a tracked array that NumPy's C code made, by ``plain.dot(x)``, say.

    Its numbers are not there yet. A view is looked up when it is read; anything else is a call
    without a name, which the replay will refuse, should the result matter.
    """
    tape = Tape.now
    assert tape is not None
    array = np.ndarray.view(self, np.ndarray)
    self._plain = array
    buffer = source._buffer
    if np.may_share_memory(array, source._plain):
        self._buffer, self._value, self._version = buffer, None, -1
        return
    value = None
    if is_active(source) and array.dtype.kind in NUMBERS:
        note = tape.note("unrecorded", None, (noted(source, tape),))
        value = tape.result(note, array)
    self._buffer = Buffer(tape, owner_of(array))
    self._buffer.filled(array, value)
    self._value, self._version = value, self._buffer.version
