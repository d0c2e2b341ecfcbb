"""The user's functions as they are called: their parameters, and the inputs they are given."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from oracle.discovery.importing import placeholders
from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text
from oracle.discovery.trial_inputs import kept_random_state
from oracle.subject import Unusable


@dataclass
class User:
    """A user's file, read and loaded; or live things, and what text they stand in."""

    file: str
    text: Text | None
    module: ModuleType | None
    shapes: str = ""
    live: dict[str, Any] = field(default_factory=dict)
    classes: dict[str, type] = field(default_factory=dict)  # as they were defined
    against: str = ""  # MODULE:FUNCTION, the truth of all forwards
    is_searched: bool = False  # its shapes are those that a search tries
    is_lowered: bool = False  # large sizes in defaults are drawn, as sizes without a default are

    def __post_init__(self) -> None:
        if self.text is not None and self.module is not None:
            self.text.names = vars(self.module)

    def get(self, name: str) -> Any:
        """A function or class by its qualified name; a method is bound to an empty instance."""
        if name in self.live:
            return self.live[name]
        thing: Any = self.module
        owner: Any = None
        for part in name.split("."):
            own = part.startswith("__") and not part.endswith("__") and isinstance(thing, type)
            part = f"_{thing.__name__.lstrip('_')}{part}" if own else part
            owner, thing = thing, getattr(thing, part, None)
            if thing is None:
                raise Unusable(f"{name} is no longer there once the file has been imported")
            placeholders.require(thing)
        if isinstance(owner, type) and inspect.isfunction(thing):
            static = inspect.getattr_static(owner, part)
            if not isinstance(static, staticmethod):
                return getattr(empty_instance(owner), part)
        return thing

    def kind(self, name: str) -> type:
        """A class by its qualified name, as it was defined.

        Raises:
            Unusable: it was not, and the name is bound to something else.
        """
        thing = self.classes.get(name) or self.get(name)
        if isinstance(thing, type):
            return thing
        raise Unusable(
            f"{name} is bound to an object of the type {type(thing).__name__} once the file has "
            "been imported"
        )

    @property
    def module_name(self) -> str:
        return self.module.__name__ if self.module is not None else "user"

    def names_of(self, library: str) -> set[str]:
        """The names of the module that mean something of a library: the module, or a function."""
        space = vars(self.module) if self.module is not None else {}
        return {name for name, thing in space.items() if _is_of(thing, library)}

    def node(self, name: str) -> Function | None:
        return self.text.functions.get(name) if self.text is not None else None

    def line(self, name: str) -> int:
        node = self.node(name) or (self.text.classes.get(name) if self.text is not None else None)
        return node.lineno if node is not None else 1


def _is_of(thing: Any, library: str) -> bool:
    name = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", "")
    return isinstance(name, str) and name.partition(".")[0] == library and not _is_object(thing)


def _is_object(thing: Any) -> bool:
    """An array or tensor, say, and no module, class or function."""
    return not (isinstance(thing, ModuleType | type) or callable(thing) or inspect.isroutine(thing))


def empty_instance(owner: type) -> Any:
    """An object of a class for methods that make no use of it."""
    try:
        with kept_random_state(0):
            return owner()
    except TypeError:
        return object.__new__(owner)


@dataclass(frozen=True)
class Parameter:
    name: str
    required: bool
    default: Any
    by_name_only: bool = False
    several: bool = False  # *layers: each entry of its value is an argument


def parameters(function: Callable[..., Any], name: str, several: bool = False) -> list[Parameter]:
    """A function's parameters, without ``self`` where it is bound; with ``several``, of *args too.

    Raises:
        Unusable: it takes ``*args``, or tells nothing of what it takes.
    """
    if isinstance(function, np.ufunc):  # says nothing of its signature before NumPy 2
        names = ["x"] if function.nin == 1 else [f"x{i + 1}" for i in range(function.nin)]
        return [Parameter(own, True, inspect.Parameter.empty) for own in names]
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        raise Unusable(f"{name} does not say which arguments it takes") from None
    found = []
    for p in signature.parameters.values():
        if p.kind is p.VAR_POSITIONAL and several:
            found.append(Parameter(p.name, True, p.default, several=True))
            continue
        if p.kind is p.VAR_POSITIONAL:
            raise Unusable(f"{name} takes *{p.name}, so nothing says what its arguments are")
        if p.kind is p.VAR_KEYWORD:
            continue
        required = p.default is p.empty
        found.append(Parameter(p.name, required, p.default, p.kind is p.KEYWORD_ONLY))
    return found


def call(
    function: Callable[..., Any], given: Sequence[Parameter], values: Mapping[str, Any]
) -> Any:
    """Call a function with the known values: by position where possible; defaults otherwise."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    gap = False
    for parameter in given:
        if parameter.name not in values:
            gap = True
        elif parameter.several:
            positional += values[parameter.name]
        elif gap or parameter.by_name_only:
            named[parameter.name] = values[parameter.name]
        else:
            positional.append(values[parameter.name])
    return function(*positional, **named)
