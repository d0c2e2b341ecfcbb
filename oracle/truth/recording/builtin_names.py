"""Stand-ins for Python's own names: ``float``, ``type``, ``sum``, ``memoryview``, ``bytes``."""

from typing import Any

from oracle.truth.recording import calls
from oracle.truth.recording.classes import ClassStandIn, leaving_class, number_class
from oracle.truth.recording.kinds import SCALARS, Tracked
from oracle.truth.recording.stand_ins import Delegate, Module, stand_in_for

__warningregistry__ = None  # see calls.py


def _type_of(*args: Any, **kwargs: Any) -> Any:
    """``type(x)``, which tells what the user would have."""
    if len(args) == 1 and not kwargs:
        kind = type(args[0])
        if kind is Tracked or kind in SCALARS:
            kind = type(args[0]._plain)
        elif kind is Delegate or kind is Module:
            kind = type(args[0]._oracle_real)
        if kind is float:
            return BUILTINS["float"]  # the user's own ``float`` is this one, too
        return stand_in_for(kind) if kind.__module__.startswith("numpy") else kind
    bases = tuple(getattr(base, "_oracle_real", base) for base in args[1])
    return type(args[0], bases, *args[2:], **kwargs)


def _sum(numbers: Any, /, *args: Any, **kwargs: Any) -> Any:
    """``sum(...)``: from Python 3.12 on it is exact for floats, and only for real ones."""
    numbers = numbers if type(numbers) in (list, tuple, Tracked) else list(numbers)
    if type(numbers) is not Tracked and not any(type(n) in SCALARS for n in numbers):
        return sum(numbers, *args, **kwargs)
    if (type(numbers) is Tracked and numbers.ndim != 1) or args or kwargs:
        return sum(numbers, *args, **kwargs)
    return calls.call("builtin sum", sum, (numbers,), {})


class _Type(ClassStandIn):
    """``type`` itself: it must remain usable as a class, and as the class of classes."""


BUILTINS: dict[str, Any] = {
    "float": number_class(float),
    "type": type.__new__(
        _Type, "type", (type,), {"_oracle_real": type, "_call": staticmethod(_type_of)}
    ),
    "sum": _sum,
    "memoryview": leaving_class(memoryview),
    "bytes": leaving_class(bytes),
    "bytearray": leaving_class(bytearray),
}
