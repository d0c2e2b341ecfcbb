"""Arrays in nested arguments and results: lists, tuples, dicts, objects of the user's classes.

Containers are the caller's own: their arrays are replaced by tracked ones for the time of the
recording and put back afterwards, new ones that the user's code put there included.
"""

import dataclasses
import sys
import types
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

import numpy as np

from oracle.truth.recording.generators import RANDOM
from oracle.truth.recording.kinds import SCALARS, Tracked, adopt, track_scalar, value_of
from oracle.truth.recording.names import Names
from oracle.truth.recording.stand_ins import Delegate, Module, stand_in_for
from oracle.truth.recording.tape import SHARED_INPUT, Tape, Value, is_user_file

_NOT_STATE = ("__dict__", "__weakref__")
Path = tuple[Any, ...]
_LEAVES: tuple[type, ...] = (
    str, bytes, int, float, complex, bool, type(None), np.generic, type, types.ModuleType,
)  # fmt: skip
_NEVER = frozenset({types.FunctionType, type, types.ModuleType, Module, str, int, float, bool})
_NOT_THE_USERS = ("builtins", "numpy", "scipy", "oracle", "torch")


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


def add_leaf(kind: type) -> None:
    """Take things of a kind for leaves: torch's tensors, once something needs them."""
    global _LEAVES
    if kind not in _LEAVES:
        _LEAVES = (*_LEAVES, kind)


def _attributes(thing: Any) -> MutableMapping[str, Any] | None:
    """The attributes of an object of one of the user's own classes."""
    if isinstance(thing, (type, types.FunctionType, types.ModuleType, *_LEAVES)):
        return None
    kind = type(thing)
    module = kind.__module__
    if module.partition(".")[0] in _NOT_THE_USERS:
        return None
    state = attributes_of(thing)
    if state is None or kind in (types.SimpleNamespace,) or dataclasses.is_dataclass(thing):
        return state
    for part in vars(kind).values():
        while hasattr(part, "__wrapped__"):
            part = part.__wrapped__
        code = getattr(part, "__code__", None)
        if code is not None:
            return state if is_user_file(code.co_filename) else None
    return state


def rebuild(thing: Any, leaf: Callable[[Any, Path], Any], path: Path, seen: dict[int, Any]) -> Any:
    """Replace every leaf; lists, dicts and objects are changed in place, tuples made anew."""
    kind = type(thing)
    if kind is Tracked or kind in SCALARS or kind is np.ndarray or isinstance(thing, _LEAVES):
        return leaf(thing, path)
    if isinstance(thing, RANDOM) or kind is Delegate:
        return leaf(thing, path)
    if id(thing) in seen:
        return seen[id(thing)][0]
    if isinstance(thing, tuple):
        parts = [rebuild(part, leaf, (*path, i), seen) for i, part in enumerate(thing)]
        if all(new is old for new, old in zip(parts, thing, strict=True)):
            return thing
        return kind(*parts) if hasattr(thing, "_fields") else kind(parts)
    seen[id(thing)] = (thing,)
    if isinstance(thing, list):
        for i, part in enumerate(thing):
            new = rebuild(part, leaf, (*path, i), seen)
            if new is not part:
                thing[i] = new
        return thing
    entries = thing if isinstance(thing, dict) else _attributes(thing)
    if entries is not None:
        for key, part in list(entries.items()):
            new = rebuild(part, leaf, (*path, key), seen)
            if new is not part:
                entries[key] = new
    elif isinstance(thing, np.ndarray) and thing.dtype.hasobject:
        for index in np.ndindex(thing.shape):
            new = rebuild(thing[index], leaf, (*path, *index), seen)
            if new is not thing[index]:
                thing[index] = new
    return thing


def number_paths(thing: Any) -> dict[Path, Any]:
    """The floating-point arrays and numbers in something nested, by path."""
    found: dict[Path, Any] = {}

    def leaf(part: Any, path: Path) -> Any:
        if isinstance(part, (float, np.inexact)) or (
            isinstance(part, np.ndarray) and part.dtype.kind in "fc"
        ):
            found[path] = part
        return part

    rebuild(thing, leaf, (), {})
    return found


def unwrapped(thing: Any) -> Any:
    """The same in NumPy's own arrays and numbers."""
    return rebuild(thing, lambda leaf, path: _plain(leaf), (), {})


def _plain(leaf: Any) -> Any:
    kind = type(leaf)
    if kind is Tracked or kind in SCALARS:
        return leaf._plain
    if kind is np.ndarray and leaf.dtype.hasobject:
        for index in np.ndindex(leaf.shape):
            leaf[index] = unwrapped(leaf[index])
    return leaf._oracle_real if kind is Delegate else leaf


class Tracker:
    """Tracks what goes into a recording and unwraps what it leaves behind."""

    def __init__(self, tape: Tape, differentiate: Callable[[Path], bool] | None) -> None:
        self.tape = tape
        self.differentiate = differentiate
        self.inputs: dict[Path, Value] = {}
        self._roots: list[Any] = []
        self._known: dict[int, Any] = {}  # the same array twice is the same input twice
        self._seen: dict[int, Any] = {}

    def track(self, thing: Any, path: Path) -> Any:
        self._roots.append(thing)
        return rebuild(thing, self._input, path, self._seen)

    def _input(self, leaf: Any, path: Path) -> Any:
        chosen = self.differentiate is None or self.differentiate(path)
        if isinstance(leaf, RANDOM):
            return Delegate(leaf, "random")
        if type(leaf) is np.ndarray:
            if id(leaf) in self._known:
                return self._known[id(leaf)]
            if leaf.dtype.hasobject:
                for index in np.ndindex(leaf.shape):
                    leaf[index] = self.track(leaf[index], (*path, *index))
                return leaf
            if leaf.dtype.kind == "f" and chosen:
                tracked = self._active(leaf, path)
            else:
                tracked = adopt(leaf, self.tape)
            self._known[id(leaf)] = tracked
            return tracked
        number = isinstance(leaf, (np.float64, np.float32))
        if number or (type(leaf) is float and self.differentiate is not None and chosen):
            value = self.inputs[path] = Value(leaf, True)
            return track_scalar(leaf, value, self.tape)
        return leaf

    def _active(self, array: np.ndarray, path: Path) -> Tracked:
        """An input. If it shares its numbers with an earlier input, it is read from that one."""
        tracked = adopt(array, self.tape)
        buffer = tracked._buffer
        if buffer.active and (buffer.labels_of(array) >= 0).any():
            self.tape.cut(SHARED_INPUT, f"input {path} has the memory of another input")
            return tracked
        value = self.inputs[path] = Value(array, True)
        buffer.filled(array, value)
        buffer.borrowers.append(value)
        return tracked

    def track_constants(self, names: Names) -> None:
        """Arrays among the global names and in closures: constants, but writable ones."""
        for space in names.spaces:
            for name, thing in list(space.items()):
                if type(thing) in _NEVER or name.startswith("__"):
                    continue
                if self._may_hold_arrays(thing):
                    new = rebuild(thing, self._constant, (name,), self._seen)
                    self._roots.append(thing)
                    if new is not thing:
                        space[name] = new
        for cell in names.closures:
            try:
                thing = cell.cell_contents
            except ValueError:
                continue
            if self._may_hold_arrays(thing):
                self._roots.append(thing)
                new = rebuild(thing, self._constant, (), self._seen)
                if new is not thing:
                    cell.cell_contents = new

    @staticmethod
    def _may_hold_arrays(thing: Any) -> bool:
        kind = type(thing)
        if kind is np.ndarray or kind in (list, dict, tuple):
            return True
        return _attributes(thing) is not None and not callable(thing)

    def _constant(self, leaf: Any, path: Path) -> Any:
        if type(leaf) is np.ndarray and not leaf.dtype.hasobject:
            tracked = self._known.get(id(leaf))
            if tracked is None:
                tracked = self._known[id(leaf)] = adopt(leaf, self.tape)
            return tracked
        return stand_in_for(leaf) if isinstance(leaf, RANDOM) else leaf

    def outputs(self, result: Any) -> dict[Path, Value]:
        """The values in what the function returned; constants are values that are not active."""
        found: dict[Path, Value] = {}

        def leaf(thing: Any, path: Path) -> Any:
            if type(thing) is Tracked and thing._plain.dtype.kind in "fc":
                value = value_of(thing)
                found[path] = Value(thing._plain) if value is None else value
            elif type(thing) in SCALARS:
                found[path] = thing._value
            elif isinstance(thing, (float, np.floating)) or (
                type(thing) is np.ndarray and thing.dtype.kind in "fc"
            ):
                found[path] = Value(thing)
            return thing

        rebuild(result, leaf, (), {})
        return found

    def restore(self, names: Names) -> None:
        """Plain arrays again, everywhere."""
        seen: dict[int, Any] = {}
        for root in self._roots:
            rebuild(root, lambda leaf, path: _plain(leaf), (), seen)
        for space in names.spaces:
            for name, thing in list(space.items()):
                kind = type(thing)
                if kind in _NEVER or name.startswith("__"):
                    continue
                if kind is Tracked or kind in SCALARS or self._may_hold_arrays(thing):
                    new = rebuild(thing, lambda leaf, path: _plain(leaf), (), seen)
                    if new is not thing:
                        space[name] = new
        for cell in names.closures:
            try:
                thing = cell.cell_contents
            except ValueError:
                continue
            if type(thing) is Tracked or type(thing) in SCALARS or self._may_hold_arrays(thing):
                new = rebuild(thing, lambda leaf, path: _plain(leaf), (), seen)
                if new is not thing:
                    cell.cell_contents = new
