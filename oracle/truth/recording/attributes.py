"""The attributes of an object with state, by name: in its ``__dict__``, or in ``__slots__``."""

import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

_NOT_STATE = ("__dict__", "__weakref__")


class _Slots(MutableMapping[str, Any]):
    """The attributes of an object of a class with ``__slots__``; those that are set."""

    def __init__(self, thing: Any, names: list[str]) -> None:
        self._thing, self._names = thing, names

    def __iter__(self) -> Iterator[str]:
        yield from (name for name in self._names if hasattr(self._thing, name))
        yield from list(getattr(self._thing, "__dict__", ()))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, name: str) -> Any:
        try:
            return getattr(self._thing, name)
        except AttributeError:
            raise KeyError(name) from None

    def __setitem__(self, name: str, value: Any) -> None:
        object.__setattr__(self._thing, name, value)

    def __delitem__(self, name: str) -> None:
        delattr(self._thing, name)


def attributes_of(thing: Any) -> MutableMapping[str, Any] | None:
    """The attributes of an object, to be read and set; None where it has no such state."""
    names = _slots(type(thing))
    return _Slots(thing, names) if names else getattr(thing, "__dict__", None)


def _slots(kind: type) -> list[str]:
    """The names in ``__slots__`` of a class and its bases, those of Python's own classes left out.

    A name such as ``__kept`` is mangled, as Python does it.
    """
    found: list[str] = []
    for base in kind.__mro__[:-1]:
        said = vars(base).get("__slots__", ())
        if not said or base.__module__.partition(".")[0] in sys.stdlib_module_names:
            continue
        for name in (said,) if isinstance(said, str) else said:
            if name.startswith("__") and not name.endswith("__"):
                name = f"_{base.__name__.lstrip('_')}{name}"
            if name not in _NOT_STATE:
                found.append(name)
    return found
