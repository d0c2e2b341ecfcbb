"""The operations of the tracked numbers: ``float64``, ``float32`` and Python's ``float``."""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.truth.recording import calls, exits
from oracle.truth.recording.arrays import give_methods
from oracle.truth.recording.kinds import SCALAR_OF, Float, Float32, Float64, give
from oracle.truth.recording.tape import Tape, Value

__warningregistry__ = None  # see calls.py

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
    """The operations of the three kinds of tracked numbers, which are all active."""

    _plain: Any
    _value: Value
    _tape: Tape

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return next(b for b, kind in SCALAR_OF.items() if kind is cls)(
            *args, **kwargs
        )  # type(x)(3)

    __array_ufunc__ = calls.ufunc_call

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return calls.numpy_call(func, args, kwargs)

    def __hash__(self) -> int:
        return hash(self._plain)

    def __bool__(self) -> bool:
        return exits.decision("bool", bool, self)

    def __int__(self) -> int:
        return exits.decision("int", int, self)

    def __trunc__(self) -> int:
        return exits.decision("int", math.trunc, self)

    def __floor__(self) -> int:
        return exits.decision("int", math.floor, self)

    def __ceil__(self) -> int:
        return exits.decision("int", math.ceil, self)

    def __round__(self, *digits: Any) -> Any:
        return calls.call("round", round, (self, *digits), {})

    def __float__(self) -> float:
        return exits.cut("float", float, self)

    def __complex__(self) -> complex:
        return exits.cut("complex", complex, self)

    def as_integer_ratio(self) -> tuple[int, int]:
        return exits.cut("integer ratio", lambda x: x.as_integer_ratio(), self)

    def hex(self) -> str:
        return exits.cut("text", lambda x: x.hex(), self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return exits.cut("pickle", lambda x: x.__reduce_ex__(protocol), self)

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


class _NumpyScalar:
    """The operations that NumPy's numbers have besides."""

    _plain: Any

    def tolist(self) -> Any:
        return calls.call("item", type(self._plain).item, (self,), {})

    @property
    def T(self) -> Any:
        return self

    def __getitem__(self, index: Any) -> Any:
        return calls.call("getitem", operator.getitem, (self, index), {})


for _kind in (Float64, Float32, Float):
    give(_kind, _Scalar)
for _kind, _real in ((Float64, np.float64), (Float32, np.float32)):
    give(_kind, _NumpyScalar)
    give_methods(_kind, _real)
