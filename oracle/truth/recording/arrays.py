"""The arrays and scalars that are followed: NumPy's own, in every respect that shows.

``Tracked`` is an ``ndarray`` whose memory is that of the plain array that it stands for
(``_plain``), which does all the work. A number that depends on an input is a ``float64``,
``float32`` or Python ``float`` of ours. They bear the names of the real classes, so that printing
a type prints what it should.
"""

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from oracle.truth.recording.tape import Tape, Value

__warningregistry__ = None  # see calls.py


class Tracked(np.ndarray):
    __slots__ = ("_buffer", "_plain", "_value", "_version")
    _plain: np.ndarray  # what the user would have
    _buffer: Any  # the memory that it shows
    _value: Value | None  # what stood there in that ``_version`` of the memory
    _version: int

    __array_priority__ = 1.0  # so that ``plain.dot(x)`` makes one of ours, and is seen

    def __array_finalize__(self, source: Any) -> None:
        if type(source) is Tracked and Tape.now is not None:
            calls.orphan(self, source)

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return np.ndarray(*args, **kwargs)  # ``type(x)(shape)``

    def __getattr__(self, name: str) -> Any:
        if name in Tracked.__slots__:  # made by C code from another kind of array
            calls.foundling(self)
            return object.__getattribute__(self, name)
        return getattr(self._plain, name)  # NumPy's own message

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        return calls.ufunc_call(ufunc, method, args, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return calls.numpy_call(func, args, kwargs)

    def __getitem__(self, index: Any) -> Any:
        return calls.getitem(self, index)

    def __setitem__(self, index: Any, source: Any) -> None:
        calls.setitem(self, index, source)

    # What shows

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return np.ndarray

    def __repr__(self) -> str:
        return repr(self._plain)

    def __str__(self) -> str:
        return str(self._plain)

    def __format__(self, spec: str) -> str:
        return format(self._plain, spec)

    @property
    def base(self) -> Any:
        owner = self._plain.base
        if owner is None:
            return None
        face = self._buffer.face
        return face if face is not None and face._plain is owner else owner

    @property
    def flags(self) -> Any:
        return self._plain.flags

    def setflags(self, *args: Any, **kwargs: Any) -> None:
        self._plain.setflags(*args, **kwargs)

    @property
    def shape(self) -> Any:
        return self._plain.shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        self._buffer.keep_layout(self._plain)
        self._plain.shape = shape
        np.ndarray.shape.__set__(self, shape)  # type: ignore[attr-defined]
        self._version = -1

    @property
    def T(self) -> Any:
        return calls.call("transpose", np.ndarray.transpose, (self,), {})

    @property
    def mT(self) -> Any:
        return calls.call("matrix_transpose", operator.attrgetter("mT"), (self,), {})

    @property
    def real(self) -> Any:
        return calls.call("real", np.real, (self,), {})

    @real.setter
    def real(self, source: Any) -> None:
        self.real[...] = source

    @property  # type: ignore[misc]
    def imag(self) -> Any:
        return calls.call("imag", np.imag, (self,), {})

    @property
    def flat(self) -> Any:
        return Flat(self)

    @flat.setter
    def flat(self, source: Any) -> None:
        Flat(self)[:] = source

    # Numbers become decisions

    def __bool__(self) -> bool:
        return calls.decision("bool", bool, self)

    def __int__(self) -> int:
        return calls.decision("int", int, self)

    def __index__(self) -> int:
        return operator.index(self._plain)

    def __contains__(self, item: Any) -> bool:
        return calls.decision("contains", lambda x: calls.plain(item) in x, self)

    # Numbers leave the record

    def __float__(self) -> float:
        return calls.cut("float", float, self)

    def __complex__(self) -> complex:
        return calls.cut("complex", complex, self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return calls.cut("pickle", lambda x: x.__reduce_ex__(protocol), self)

    def __reduce__(self) -> Any:
        return calls.cut("pickle", lambda x: x.__reduce__(), self)

    @property
    def data(self) -> Any:
        return calls.cut("memory", lambda x: x.data, self)

    @property
    def ctypes(self) -> Any:
        return calls.cut("memory", lambda x: x.ctypes, self)

    @property
    def __array_interface__(self) -> Any:
        return calls.cut("memory", lambda x: x.__array_interface__, self)

    def __dlpack__(self, *args: Any, **kwargs: Any) -> Any:
        return calls.cut("memory", lambda x: x.__dlpack__(*args, **kwargs), self)

    # Numbers stay in it

    def tolist(self) -> Any:
        return calls.to_list(self)

    def __copy__(self) -> Any:
        return calls.call("copy", np.ndarray.__copy__, (self,), {})

    def __deepcopy__(self, memo: Any) -> Any:
        return calls.call("copy", lambda x: x.__deepcopy__({}), (self,), {})

    def sort(self, *args: Any, **kwargs: Any) -> None:
        calls.call("method sort", np.ndarray.sort, (self, *args), kwargs)

    def partition(self, *args: Any, **kwargs: Any) -> None:
        calls.call("method partition", np.ndarray.partition, (self, *args), kwargs)


class Flat:
    """``x.flat``: read and written element by element, in C order."""

    def __init__(self, array: Tracked) -> None:
        self.base = array
        self._oracle_real = array._plain.flat
        self._next = 0

    def __getitem__(self, index: Any) -> Any:
        return calls.call("getitem", lambda x, i: x.flat[i], (self.base, index), {})

    def __setitem__(self, index: Any, source: Any) -> None:
        index = calls.plain(index)

        def write(array: np.ndarray, source: Any) -> None:
            array.flat[index] = source

        calls.call("flat write", write, (self.base, source), {})

    def __iter__(self) -> "Flat":
        return self

    def __next__(self) -> Any:
        if self._next >= len(self):
            raise StopIteration
        self._next += 1
        return self[self._next - 1]

    def __len__(self) -> int:
        return len(self._oracle_real)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._oracle_real, name)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        return calls.cut("memory", lambda x: x.flat.__array__(*args, **kwargs), self.base)


# fmt: off
METHODS = (
    "all", "any", "argmax", "argmin", "argpartition", "argsort", "astype", "byteswap", "choose",
    "clip", "compress", "conj", "conjugate", "copy", "cumprod", "cumsum", "diagonal", "dot",
    "fill", "flatten", "getfield", "item", "itemset", "max", "mean", "min", "nonzero", "prod",
    "ptp", "put", "ravel", "repeat", "reshape", "round", "searchsorted", "squeeze", "std",
    "sum", "swapaxes", "take", "trace", "transpose", "var", "view",
)
# fmt: on
LEAVING_METHODS = ("dump", "dumps", "tobytes", "tofile", "tostring")


def _method(name: str, base: type) -> Callable[..., Any]:
    real = getattr(base, name)

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return calls.call(name, real, (self, *args), kwargs)

    return _named(method, real)


def _leaving(name: str, base: type) -> Callable[..., Any]:
    real = getattr(base, name)

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return calls.cut(name, lambda x: real(x, *args, **kwargs), self)

    return _named(method, real)


def _named(method: Callable[..., Any], real: Any) -> Callable[..., Any]:
    method.__name__ = real.__name__
    method.__doc__ = real.__doc__
    return method


def _give_methods(kind: type, base: type) -> None:
    for name in METHODS:
        if hasattr(base, name):
            setattr(kind, name, _method(name, base))
    for name in LEAVING_METHODS:
        if hasattr(base, name):
            setattr(kind, name, _leaving(name, base))


# Scalars

BINARY = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "pow": "power",
    "divmod": "divmod",
    "matmul": "matmul",
}
COMPARISONS = {
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "eq": "equal",
    "ne": "not_equal",
}
UNARY = {"neg": "negative", "pos": "positive", "abs": "absolute"}
_OPERANDS = (float, int, complex, np.generic, np.ndarray, list, tuple)


def _binary(op: str, function: Callable[..., Any]) -> tuple[Any, Any]:
    def forward(self: Any, other: Any) -> Any:
        if not isinstance(other, _OPERANDS):
            return NotImplemented  # the other one's class decides
        return calls.call(op, function, (self, other), {})

    def reflected(self: Any, other: Any) -> Any:
        if not isinstance(other, _OPERANDS):
            return NotImplemented
        return calls.call(op, function, (other, self), {})

    return forward, reflected


def _unary(op: str, function: Callable[..., Any]) -> Any:
    return lambda self: calls.call(op, function, (self,), {})


class _Scalar:
    """What the three kinds of tracked numbers share. They are made only where they are active."""

    __slots__ = ()
    _plain: Any
    _value: Value
    _tape: Tape

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return next(b for b, kind in _KINDS.items() if kind is cls)(*args, **kwargs)  # type(x)(3)

    @property
    def __class__(self) -> type:
        return type(self._plain)

    @__class__.setter
    def __class__(self, kind: type) -> None:
        raise TypeError("__class__ assignment only supported for mutable types")

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        return calls.ufunc_call(ufunc, method, args, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return calls.numpy_call(func, args, kwargs)

    def __hash__(self) -> int:
        return hash(self._plain)

    def __repr__(self) -> str:
        return repr(self._plain)

    def __str__(self) -> str:
        return str(self._plain)

    def __format__(self, spec: str) -> str:
        return format(self._plain, spec)

    def __bool__(self) -> bool:
        return calls.decision("bool", bool, self)

    def __int__(self) -> int:
        return calls.decision("int", int, self)

    def __trunc__(self) -> int:
        return calls.decision("int", math.trunc, self)

    def __floor__(self) -> int:
        return calls.decision("int", math.floor, self)

    def __ceil__(self) -> int:
        return calls.decision("int", math.ceil, self)

    def __round__(self, *digits: Any) -> Any:
        return calls.call("round", round, (self, *digits), {})

    def __float__(self) -> float:
        return calls.cut("float", float, self)

    def __complex__(self) -> complex:
        return calls.cut("complex", complex, self)

    def as_integer_ratio(self) -> tuple[int, int]:
        return calls.cut("integer ratio", lambda x: x.as_integer_ratio(), self)

    def hex(self) -> str:
        return calls.cut("text", lambda x: x.hex(), self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return calls.cut("pickle", lambda x: x.__reduce_ex__(protocol), self)

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        return self

    @property
    def real(self) -> Any:
        return self


for _name, _op in BINARY.items():
    _function = divmod if _name == "divmod" else getattr(operator, _name)
    _forward, _reflected = _binary(_op, _function)
    setattr(_Scalar, f"__{_name}__", _forward)
    setattr(_Scalar, f"__r{_name}__", _reflected)
for _name, _op in COMPARISONS.items():
    setattr(_Scalar, f"__{_name}__", _binary(_op, getattr(operator, _name))[0])
for _name, _op in UNARY.items():
    setattr(_Scalar, f"__{_name}__", _unary(_op, getattr(operator, _name)))


class _NumpyScalar(_Scalar):
    __slots__ = ()

    def tolist(self) -> Any:
        return calls.call("item", type(self._plain).item, (self,), {})

    @property
    def T(self) -> Any:
        return self

    def __getitem__(self, index: Any) -> Any:
        return calls.call("getitem", operator.getitem, (self, index), {})


def _class_like(real: type, *sources: type) -> Any:
    """A class of numbers with the methods of ``sources``.

    They are copied, not inherited: NumPy takes the second class in a scalar's order of bases for
    the one that tells its dtype, and crashes if that is none of its own.
    """
    members: dict[str, Any] = {"__slots__": ("_plain", "_value", "_tape")}
    for source in sources:
        for name, member in vars(source).items():
            if name not in ("__slots__", "__module__", "__doc__", "__annotations__"):
                members[name] = member
    return type(real.__name__, (real,), members)


_Float64 = _class_like(np.float64, _Scalar, _NumpyScalar)
_Float32 = _class_like(np.float32, _Scalar, _NumpyScalar)
_Float = _class_like(float, _Scalar)

_KINDS: dict[type, type] = {np.float64: _Float64, np.float32: _Float32, float: _Float}
SCALARS = frozenset(_KINDS.values())
_give_methods(Tracked, np.ndarray)
_give_methods(_Float64, np.float64)
_give_methods(_Float32, np.float32)
for _real, _ours in ((np.ndarray, Tracked), *_KINDS.items()):
    _ours.__name__ = _ours.__qualname__ = _real.__name__
    _ours.__module__ = _real.__module__


def track_scalar(number: Any, value: Value, tape: Tape) -> Any:
    """A tracked number that stands for ``number``."""
    kind = _KINDS.get(type(number))
    if kind is None:  # complex, half, long double: no class of ours
        tape.cut("scalar", f"a number of type {type(number).__name__} is not followed")
        return number
    tracked: Any = type(number).__new__(kind, number)
    tracked._plain = number
    tracked._value = value
    tracked._tape = tape
    return tracked


def elements(array: Tracked) -> Iterator[tuple[tuple[int, ...], Any]]:
    """``np.ndenumerate``."""
    for index in np.ndindex(array.shape):
        yield index, array[index]


from oracle.truth.recording import calls  # noqa: E402  (the two need each other; calls only at run time)
