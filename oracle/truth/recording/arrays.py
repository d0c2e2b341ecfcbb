"""The operations of the tracked array: each goes to NumPy by way of ``calls.py`` and its like."""

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from oracle.truth import numpy_compat
from oracle.truth.recording import calls, exits, kinds, writes
from oracle.truth.recording.kinds import Flat, Tracked, give, plain
from oracle.truth.recording.tape import Tape

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
        return exits.cut(name, lambda x: real(x, *args, **kwargs), self)

    return _named(method, real)


def _named(method: Callable[..., Any], real: Any) -> Callable[..., Any]:
    method.__name__ = real.__name__
    method.__doc__ = real.__doc__
    return method


def give_methods(kind: type, base: type) -> None:
    for name in METHODS:
        if hasattr(base, name):
            setattr(kind, name, _method(name, base))
    for name in LEAVING_METHODS:
        if hasattr(base, name):
            setattr(kind, name, _leaving(name, base))


# The operations of the tracked array: each goes to NumPy by way of ``calls.py`` and its like.

__warningregistry__ = None  # see calls.py


class _Operations:
    """The members of ``Tracked``. ``self`` is a ``Tracked``, never one of these."""

    def __array_finalize__(self: Any, source: Any) -> None:
        if type(source) is Tracked and Tape.now is not None:
            kinds.orphan(self, source)

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return np.ndarray(*args, **kwargs)  # ``type(x)(shape)``

    def __getattr__(self: Any, name: str) -> Any:
        if name in Tracked.__slots__:  # C code made it from another kind of array
            kinds.foundling(self)
            return object.__getattribute__(self, name)
        if name == numpy_compat.MASKED_ARRAYS_LOOK_UP:
            return exits.cut("masked array", lambda x: np.ndarray, self)
        return getattr(self._plain, name)  # NumPy's own message

    __array_ufunc__ = calls.ufunc_call

    def __array_function__(self: Any, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return calls.numpy_call(func, args, kwargs)

    __getitem__ = calls.getitem
    __setitem__ = writes.setitem

    # Attributes

    @property
    def base(self: Any) -> Any:
        owner = self._plain.base
        if owner is None:
            return None
        face = self._buffer.face
        return face if face is not None and face._plain is owner else owner

    @property
    def flags(self: Any) -> Any:
        return self._plain.flags

    def setflags(self: Any, *args: Any, **kwargs: Any) -> None:
        self._plain.setflags(*args, **kwargs)

    @property
    def shape(self: Any) -> Any:
        return self._plain.shape

    @shape.setter
    def shape(self: Any, shape: Any) -> None:
        self._buffer.keep_layout(self._plain)
        self._plain.shape = shape
        numpy_compat.set_shape(self, shape)
        self._version = -1

    @property
    def T(self: Any) -> Any:
        return calls.call("transpose", np.ndarray.transpose, (self,), {})

    @property
    def mT(self: Any) -> Any:
        return calls.call("matrix_transpose", operator.attrgetter("mT"), (self,), {})

    @property
    def real(self: Any) -> Any:
        return calls.call("real", np.real, (self,), {})

    @real.setter
    def real(self: Any, source: Any) -> None:
        self.real[...] = source

    @property
    def imag(self: Any) -> Any:
        return calls.call("imag", np.imag, (self,), {})

    @property
    def flat(self: Any) -> Any:
        return Flat(self)

    @flat.setter
    def flat(self: Any, source: Any) -> None:
        Flat(self)[:] = source

    # Numbers that become decisions

    def __bool__(self: Any) -> bool:
        return exits.decision("bool", bool, self)

    def __int__(self: Any) -> int:
        return exits.decision("int", int, self)

    def __index__(self: Any) -> int:
        return operator.index(self._plain)

    def __contains__(self: Any, item: Any) -> bool:
        return exits.decision("contains", lambda x: plain(item) in x, self)

    # Numbers that leave the record

    def __float__(self: Any) -> float:
        return exits.cut("float", float, self)

    def __complex__(self: Any) -> complex:
        return exits.cut("complex", complex, self)

    def __reduce_ex__(self: Any, protocol: Any) -> Any:
        return exits.cut("pickle", lambda x: x.__reduce_ex__(protocol), self)

    def __reduce__(self: Any) -> Any:
        return exits.cut("pickle", lambda x: x.__reduce__(), self)

    @property
    def data(self: Any) -> Any:
        return exits.cut("memory", lambda x: x.data, self)

    @property
    def ctypes(self: Any) -> Any:
        return exits.cut("memory", lambda x: x.ctypes, self)

    @property
    def __array_interface__(self: Any) -> Any:
        return exits.cut("memory", lambda x: x.__array_interface__, self)

    def __dlpack__(self: Any, *args: Any, **kwargs: Any) -> Any:
        return exits.cut("memory", lambda x: x.__dlpack__(*args, **kwargs), self)

    # Methods whose results stay in the record

    def tolist(self: Any) -> Any:
        return exits.to_list(self)

    def __copy__(self: Any) -> Any:
        return calls.call("copy", np.ndarray.__copy__, (self,), {})

    def __deepcopy__(self: Any, memo: Any) -> Any:
        return calls.call("copy", lambda x: x.__deepcopy__({}), (self,), {})

    def sort(self: Any, *args: Any, **kwargs: Any) -> None:
        calls.call("method sort", np.ndarray.sort, (self, *args), kwargs)

    def partition(self: Any, *args: Any, **kwargs: Any) -> None:
        calls.call("method partition", np.ndarray.partition, (self, *args), kwargs)


OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide,
    "matmul": np.matmul,
}  # fmt: skip

give(Tracked, _Operations)
for _name, _ufunc in OPERATORS.items():
    for _special in (f"__{_name}__", f"__r{_name}__"):
        setattr(Tracked, _special, calls.operator_for(_special, _ufunc))
for _name in ("add", "sub", "mul", "truediv"):
    setattr(Tracked, f"__i{_name}__", calls.operator_for(f"__i{_name}__", OPERATORS[_name]))
give_methods(Tracked, np.ndarray)


def elements(array: Tracked) -> Iterator[tuple[tuple[int, ...], Any]]:
    """``np.ndenumerate``."""
    for index in np.ndindex(array.shape):
        yield index, array[index]
