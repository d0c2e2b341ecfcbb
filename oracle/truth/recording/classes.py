"""Stand-ins for classes that code calls like functions, and that must still work as classes."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from oracle.truth.recording import calls, exits
from oracle.truth.recording.kinds import holds_tracked

__warningregistry__ = None  # see calls.py


class ClassStandIn(type):
    """The metaclass of stand-ins for classes: calls are ours, everything else is the real one's."""

    _oracle_real: type
    _call: Callable[..., Any]

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls._call(*args, **kwargs)

    def __instancecheck__(cls, thing: Any) -> bool:
        return isinstance(thing, cls._oracle_real)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, cls._oracle_real)

    def __eq__(cls, other: Any) -> bool:
        if isinstance(other, type):
            return cls is other or other is cls._oracle_real
        return NotImplemented  # ``np.float64 == x.dtype``: the dtype knows

    def __getattr__(cls, name: str) -> Any:
        found = getattr(cls._oracle_real, name)
        if not callable(found) or isinstance(found, type):
            return found
        return partial(exits.leaving, f"{cls.__name__}.{name}", found)

    def __hash__(cls) -> int:
        return hash(cls._oracle_real)

    def __repr__(cls) -> str:
        return repr(cls._oracle_real)


def class_stand_in(real: type, call: Callable[..., Any]) -> Any:
    members: dict[str, Any] = {"_oracle_real": real, "_call": staticmethod(call), "__slots__": ()}
    # Only NumPy's numbers must be subclasses, to be taken for a dtype; others cannot be.
    bases = (real,) if issubclass(real, float | np.generic) else ()
    if real in (float, bytes):
        members["dtype"] = np.dtype(real)  # what makes ``dtype=float`` work
    stand_in = type.__new__(ClassStandIn, real.__name__, bases, members)
    stand_in.__module__ = real.__module__
    stand_in.__qualname__ = real.__qualname__
    return stand_in


def number_class(real: type) -> Any:
    """``float(x)``, ``np.float64(x)``: a tracked number stays one."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and holds_tracked(args[0]):
            if real is float and type(args[0]) in (list, tuple):
                return real(*args)  # an error, NumPy's or Python's own
            return calls.call("item", real, args, {})
        made = real(*args, **kwargs)
        return exits.read_from_text(real.__name__, made) if _is_text(args) else made

    return class_stand_in(real, call)


def leaving_class(real: type) -> Any:
    """A class whose instances are not followed: ``array.array``, ``Decimal``."""
    return class_stand_in(real, partial(exits.leaving, real.__name__, real))


def _is_text(args: tuple[Any, ...]) -> bool:
    return len(args) == 1 and isinstance(args[0], str | bytes)
