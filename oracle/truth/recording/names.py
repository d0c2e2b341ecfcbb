"""The names in the user's modules, which mean stand-ins while the user's code is recorded."""

import builtins
import contextlib
import sys
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from oracle.truth.recording import calls
from oracle.truth.recording.classes import ClassStandIn, leaving_class, number_class
from oracle.truth.recording.generators import keeps_state
from oracle.truth.recording.kinds import SCALARS, Tracked
from oracle.truth.recording.stand_ins import Delegate, Module, stand_in_for
from oracle.truth.recording.tape import OUR_FOLDER, is_user_file


@contextmanager
def at_the_users_line() -> Iterator[None]:
    shown = warnings.showwarning

    def show(message: Any, category: Any, filename: str, lineno: int, *rest: Any) -> None:
        frame = sys._getframe(1)
        while frame is not None and not is_user_file(frame.f_code.co_filename):
            frame = frame.f_back  # type: ignore[assignment]
        if frame is None or not filename.startswith(OUR_FOLDER):
            shown(message, category, filename, lineno, *rest)
            return
        warnings.showwarning = shown
        try:
            warnings.warn_explicit(
                message,
                category,
                frame.f_code.co_filename,
                frame.f_lineno,
                frame.f_globals.get("__name__"),
                frame.f_globals.setdefault("__warningregistry__", {}),
            )
        finally:
            warnings.showwarning = show  # type: ignore[assignment]

    warnings.showwarning = show  # type: ignore[assignment]
    try:
        yield
    finally:
        if warnings.showwarning is show:
            warnings.showwarning = shown


# Stand-ins for Python's own names: ``float``, ``type``, ``sum``, ``memoryview``, ``bytes``.

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


# The names in the user's modules, which mean stand-ins while the user's code is recorded.
#
# ``Names`` finds the modules that a function can reach, the user's own helpers included, puts the
# stand-ins in place, in globals, closures and imports, and puts everything back afterwards,
# unless the user's code has assigned the name anew.


class Names:
    """The user's modules that a function can reach, and the stand-ins for their names."""

    def __init__(self, *things: Any) -> None:
        self.spaces: list[dict[str, Any]] = []  # the modules' global names
        self.closures: list[types.CellType] = []
        self._seen: set[int] = set()
        self._held: list[Any] = []  # defaults of functions, and generators of classes
        for thing in things:
            self._reach(thing)
        self._put: list[tuple[dict[str, Any], str, Any, Any]] = []
        self._put_cells: list[tuple[types.CellType, Any, Any]] = []
        self._import: Any = None

    def _reach(self, thing: Any) -> None:
        if id(thing) in self._seen:
            return
        self._seen.add(id(thing))
        if isinstance(thing, types.MethodType):
            self._reach(thing.__func__)
            self._reach(type(thing.__self__))
        elif isinstance(thing, types.FunctionType):
            if is_user_file(thing.__code__.co_filename):
                for cell in thing.__closure__ or ():
                    self.closures.append(cell)
                    try:
                        self._reach(cell.cell_contents)
                    except ValueError:
                        continue  # not yet filled
                self._space(thing.__globals__)
                self._held += [*(thing.__defaults__ or ()), *(thing.__kwdefaults__ or {}).values()]
            wrapped = getattr(thing, "__wrapped__", None)
            if wrapped is not None:
                self._reach(wrapped)
        elif isinstance(thing, type):
            module = sys.modules.get(thing.__module__)
            if module is not None:
                self._reach(module)
            for part in vars(thing).values():
                if isinstance(part, types.FunctionType):
                    self._reach(part)
                elif keeps_state(part):
                    self._held.append(part)
        elif isinstance(thing, types.ModuleType):
            file = getattr(thing, "__file__", None)
            if file is not None and is_user_file(file):
                self._space(vars(thing))
        elif callable(thing) and hasattr(type(thing), "__module__"):
            self._reach(type(thing))

    def _space(self, space: dict[str, Any]) -> None:
        if id(space) in self._seen:
            return
        self._seen.add(id(space))
        self.spaces.append(space)
        for part in list(space.values()):
            if isinstance(part, (types.FunctionType, type, types.ModuleType)):
                self._reach(part)

    def generators(self) -> Iterator[Any]:
        """The random generators among the names, defaults and attributes of classes; each once."""
        things = [thing for space in self.spaces for thing in list(space.values())]
        things += self._held
        for cell in self.closures:
            with contextlib.suppress(ValueError):
                things.append(cell.cell_contents)
        found: set[int] = set()
        for thing in things:
            real = thing._oracle_real if type(thing) is Delegate else thing
            if keeps_state(real) and id(real) not in found:
                found.add(id(real))
                yield real

    def __enter__(self) -> Self:
        self._import = builtins.__import__
        try:
            self._put_all()
        except BaseException:
            self.__exit__()
            raise
        builtins.__import__ = self._imported  # type: ignore[assignment]
        return self

    def _put_all(self) -> None:
        for space in self.spaces:
            used = _names_used(space)
            for name, builtin in BUILTINS.items():
                if name in used and name not in space:
                    self._put.append((space, name, None, builtin))
                    space[name] = builtin
            for name, real in list(space.items()):
                if name.startswith("__"):
                    continue
                stand_in = stand_in_for(real)
                if stand_in is not real:
                    self._put.append((space, name, real, stand_in))
                    space[name] = stand_in
        for cell in self.closures:
            try:
                real = cell.cell_contents
            except ValueError:
                continue
            stand_in = stand_in_for(real)
            if stand_in is not real:
                self._put_cells.append((cell, real, stand_in))
                cell.cell_contents = stand_in

    def _imported(self, name: str, space: Any = None, *args: Any, **kwargs: Any) -> Any:
        """``import numpy as np`` inside a function of the user's."""
        module = self._import(name, space, *args, **kwargs)
        if space is not None and any(space is known for known in self.spaces):
            return stand_in_for(module)
        return module

    def __exit__(self, *error: Any) -> None:
        builtins.__import__ = self._import
        for space, name, real, stand_in in reversed(self._put):
            if space.get(name) is stand_in:
                if real is None:
                    del space[name]
                else:
                    space[name] = real
        for cell, real, stand_in in self._put_cells:
            if cell.cell_contents is stand_in:
                cell.cell_contents = real
        self._put.clear()
        self._put_cells.clear()


def _names_used(space: dict[str, Any]) -> set[str]:
    """The global names that a module's functions mention."""
    names: set[str] = set()

    def walk(code: types.CodeType) -> None:
        names.update(code.co_names)
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                walk(constant)

    def visit(thing: Any) -> None:
        if isinstance(thing, (staticmethod, classmethod)):
            thing = thing.__func__
        if isinstance(thing, property):
            thing = thing.fget
        if isinstance(thing, types.FunctionType) and thing.__globals__ is space:
            walk(thing.__code__)

    for thing in space.values():
        if isinstance(thing, type) and thing.__module__ == space.get("__name__"):
            for part in vars(thing).values():
                visit(part)
        else:
            visit(thing)
    return names
