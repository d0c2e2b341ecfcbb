"""Calls of the user's code, watched, and written down as one would write them.

``Calls`` notes the calls that come from us; what user code calls itself is its own affair.
``Spelling`` knows the objects that have a name by now, and writes others in terms of them.
"""

import contextlib
import dataclasses
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FrameType, ModuleType
from typing import Any

import numpy as np

from oracle.discovery.ways import instances
from oracle.subject import Path
from oracle.truth.recording.tape import is_user_file

VARARGS = 0x0C  # of a code object's flags: *args or **kwargs


class Unspeakable(Exception):  # noqa: N818
    """Something cannot be written as a short expression; the message says what."""


@dataclass
class Called:
    """One call of a user's function: its code, its arguments by name, and what it returned."""

    code: CodeType
    arguments: dict[str, Any]
    returned: Any = None


class Calls:
    """Notes the outermost calls of the user's functions while it watches."""

    def __init__(self) -> None:
        self.made: list[Called] = []
        self._open: FrameType | None = None

    @contextlib.contextmanager
    def watched(self) -> Iterator[list[Called]]:
        """The calls that are made within, in their order."""
        before, self.made = sys.getprofile(), []
        sys.setprofile(self._note)
        try:
            yield self.made
        finally:
            sys.setprofile(before)
            self._open = None

    def _note(self, frame: FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        if event == "call" and self._open is None and _is_users(code.co_filename):
            count = code.co_argcount + code.co_kwonlyargcount
            names = code.co_varnames[:count]
            given = {name: frame.f_locals[name] for name in names}
            self._open = frame
            self.made.append(Called(code, given))
        elif event == "return" and frame is self._open:
            self.made[-1].returned = argument
            self._open = None


def _is_users(file: str) -> bool:
    return is_user_file(file) and not file.startswith("<")  # what a library has compiled


class Spelling:
    """Expressions for objects: named ones, their parts, and results computed from them."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.known: dict[int, str] = {}
        self.kept: list[Any] = []  # so that no id is given to another object

    def name(self, thing: Any, text: str, depth: int = 3) -> None:
        """Write an object and its parts by this name from now on; its first name stays."""
        if isinstance(thing, bool | int | str | None) or id(thing) in self.known:
            return
        self.known[id(thing)] = text
        self.kept.append(thing)
        if depth and isinstance(thing, Mapping):
            for key, part in thing.items():
                self.name(part, f"{text}[{key!r}]", depth - 1)
        elif depth and isinstance(thing, tuple | list):
            for i, part in enumerate(thing):
                self.name(part, f"{text}[{i}]", depth - 1)

    def of(self, thing: Any) -> str:
        """An expression for an object.

        Raises:
            Unspeakable: there is no short one.
        """
        if id(thing) in self.known:
            return self.known[id(thing)]
        if thing is None or isinstance(thing, bool | int | str):
            return repr(thing)
        if isinstance(thing, float | np.ndarray | np.generic):
            return literal(thing)
        if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
            fields = dataclasses.fields(thing)
            return self._made(thing, {f.name: getattr(thing, f.name) for f in fields})
        if isinstance(thing, tuple) and hasattr(thing, "_fields"):
            return self._made(thing, dict(zip(thing._fields, thing)))
        if isinstance(thing, tuple):
            return f"({', '.join(map(self.of, thing))}{',' * (len(thing) == 1)})"
        if isinstance(thing, list):
            return f"[{', '.join(map(self.of, thing))}]"
        if isinstance(thing, Mapping):
            return "{" + ", ".join(f"{k!r}: {self.of(v)}" for k, v in thing.items()) + "}"
        raise Unspeakable(f"an object of {type(thing).__name__} is needed")

    def _made(self, thing: Any, fields: dict[str, Any]) -> str:
        inside = ", ".join(f"{name}={self.of(part)}" for name, part in fields.items())
        return f"{self.global_name(type(thing).__qualname__)}({inside})"

    def global_name(self, qualified: str) -> str:
        """``user.f``, where the user's module has that."""
        thing: Any = self.module
        for part in qualified.split("."):
            thing = getattr(thing, part, None)
        if thing is None:
            raise Unspeakable(f"{qualified} is no name of the file itself")
        return f"user.{qualified}"

    def call(self, called: Called) -> str:
        """The call as one would write it: ``user.f(X, W)``, ``layer.forward(x)``, ``out[1](g)``."""
        code = called.code
        arguments = dict(called.arguments)
        if code.co_flags & VARARGS:
            raise Unspeakable(f"{code.co_name} takes *args")
        function, defaults = self._function(code, arguments)
        by_name_only = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
        written: list[str] = []
        named = False
        for name, value in arguments.items():
            if name in defaults and value is defaults[name]:
                named = True  # those after it can no longer go by position
                continue
            named |= name in by_name_only
            written.append(f"{name}={self.of(value)}" if named else self.of(value))
        return f"{function}({', '.join(written)})"

    def _function(self, code: CodeType, arguments: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The expression that reaches a function, and its defaults.

        ``self`` is taken out of its arguments.
        """
        for thing in self.kept:  # a pullback that a call before has returned
            if getattr(thing, "__code__", None) is code:
                return self.known[id(thing)], _defaults(thing)
        first = next(iter(arguments), "")
        owner = arguments.get(first)
        method = getattr(type(owner), code.co_name, None) if first else None
        if method is not None and getattr(method, "__code__", None) is code:
            del arguments[first]
            if id(owner) not in self.known:
                raise Unspeakable(f"an object of {type(owner).__name__} is needed")
            text = self.known[id(owner)]
            return text if code.co_name == "__call__" else f"{text}.{code.co_name}", _defaults(
                method
            )
        for name, thing in vars(self.module).items():  # also where a lambda has been given a name
            if getattr(thing, "__code__", None) is code:
                return f"user.{name}", _defaults(thing)
        thing = self.module
        for part in code.co_qualname.split("."):
            thing = getattr(thing, part, None)
        return self.global_name(code.co_qualname), _defaults(thing)

    def constructed(self, thing: Any, calls: list[Called]) -> str:
        """An object as its constructor was called."""
        kind = self.global_name(type(thing).__qualname__)
        for called in calls:
            first = next(iter(called.arguments), "")
            if called.code.co_name == "__init__" and called.arguments[first] is thing:
                self.known[id(thing)] = "(new)"
                text = self.call(called)
                del self.known[id(thing)]
                return kind + text.removeprefix("(new).__init__")
        if type(thing).__init__ is object.__init__:
            return f"{kind}()"
        return f"{kind}.__new__({kind})"  # only its methods are of use

    def attributes(self, thing: Any, name: str) -> dict[Path, str]:
        """The arrays in an object, and how each is written; they are named, too."""
        found = {}
        for path, array in instances.arrays_in(thing).items():
            text, at = name, thing
            for step in path:
                attribute = not isinstance(at, Mapping | list | tuple)
                text += f".{step}" if attribute else f"[{step!r}]"
                at = getattr(at, step) if attribute else at[step]
            found[path] = text
            self.name(array, text)
        return found


def _defaults(function: Any) -> dict[str, Any]:
    import inspect

    try:
        given = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {p.name: p.default for p in given if p.default is not p.empty}


def literal(value: Any, maker: str = "np.array") -> str:
    """A number or an array with all its digits."""
    if isinstance(value, np.ndarray):
        return f"{maker}({_spaced(value.tolist())})"
    if isinstance(value, np.generic):
        return literal(np.asarray(value), maker)
    return _spaced(value)


def _spaced(value: Any) -> str:
    return repr(value).replace("nan", "np.nan").replace("inf", "np.inf")
