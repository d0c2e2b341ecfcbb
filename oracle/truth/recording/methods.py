"""The named methods that tracked arrays and tracked numbers share with NumPy's own."""

from collections.abc import Callable
from typing import Any

from oracle.truth.recording import calls, exits

__warningregistry__ = None  # see calls.py

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
