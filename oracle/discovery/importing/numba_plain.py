"""numba's decorators, which here leave a function the Python that it is.

A compiled function would hide its calls from the record, and compiling takes longer than a check.
The text of the function is the same either way, and it is the text that is judged.
"""

import types
from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.truth.recording.callbacks import Vectorize
from oracle.truth.recording.tape import Tape

Function = Callable[..., Any]


def plain(*given: Any, **_: Any) -> Any:
    """``@njit`` and ``@njit(...)``: the function itself."""
    if len(given) == 1 and isinstance(given[0], types.FunctionType | type | staticmethod):
        return given[0]
    return lambda function: function


def vectorize(*given: Any, **_: Any) -> Any:
    """``@vectorize`` and ``@vectorize([...])``: the function, called for each entry."""
    if len(given) == 1 and isinstance(given[0], types.FunctionType):
        return _elementwise(given[0])
    return _elementwise


def _elementwise(function: Function) -> Function:
    def elementwise(*arrays: Any) -> Any:
        kind = np.result_type(*arrays)
        types_out = [kind.char] if kind.kind in "fc" else None  # the first entry may be a plain 0
        make = np.vectorize if Tape.now is None else Vectorize
        return make(function, otypes=types_out)(*arrays)

    elementwise.__name__ = function.__name__
    elementwise.__wrapped__ = function  # type: ignore[attr-defined]
    return elementwise


NAMES: dict[str, Any] = {
    **dict.fromkeys(("jit", "njit", "generated_jit", "jitclass", "cfunc", "stencil"), plain),
    "vectorize": vectorize, "prange": range, "List": list, "Dict": dict,
    "objmode": types.SimpleNamespace,
}  # fmt: skip
