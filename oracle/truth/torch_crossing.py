"""Functions of the user's on torch tensors, called with arrays.

Everything around a user's code speaks NumPy. Where the code speaks torch, its functions are
wrapped: arrays go in as tensors, in containers and objects too, and tensors come out as arrays. A
function is recorded as one call, which is its own rule: torch runs the user's function itself, with
autograd.
"""

import contextlib
import copy
import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from oracle.truth import torch_compat
from oracle.truth.recording import trees
from oracle.truth.recording.kinds import Tracked, noted, track, track_scalar
from oracle.truth.recording.tape import Tape, Value
from oracle.truth.replay import NotReplayable, TorchCall
from oracle.truth.torch_entered import (
    Entered,
    Items,
    filled,
    is_array,
    to_array,
    working_dtype,
)
from oracle.truth.torch_forward import PLAIN, Asked, Precision, lowest, world
from oracle.truth.torch_recording import Recorder

trees.add_leaf(torch.Tensor)
SEED = 0  # of the random numbers of each call: a forward draws the same ones each time
_Path = tuple[Any, ...]


@dataclass
class Crossings:
    """The state shared by all wrapped functions of one derivation.

    ``promote``: given float64, code gets float64 for every dtype below it that it asks for.
    """

    promote: bool
    watched: bool = True  # until it is known which dtypes it asks for
    asked: set[torch.dtype] = field(default_factory=set)

    def settled(self) -> Precision:
        """The precision of the code, after it has run."""
        self.watched = self.promote = self.promote and bool(self.asked)
        return Precision(inside=lowest(self.asked), promote=self.promote)

    @contextlib.contextmanager
    def world(self, dtype: torch.dtype) -> Iterator[None]:
        """The world in which a wrapped function runs."""
        name = "float64" if dtype == torch.float64 else "float32"
        watch = Asked(self.promote) if self.watched and name == "float64" else None
        with world(SEED, name, PLAIN), watch or contextlib.nullcontext():
            yield
        if watch is not None:
            self.asked |= watch.asked


def crossing(function: Callable[..., Any], shared: Crossings) -> Callable[..., Any]:
    """The same function for arrays."""
    state = _State(function, shared)

    @functools.wraps(function)
    def crossed(*args: Any, **kwargs: Any) -> Any:
        if _Inside.depth:
            return function(*args, **kwargs)
        return _call(state, [list(args), kwargs])

    if isinstance(function, torch.jit.ScriptFunction):
        schema: Any = function.schema
        names = [argument.name for argument in schema.arguments]
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        crossed.__signature__ = inspect.Signature([inspect.Parameter(n, kind) for n in names])  # type: ignore[attr-defined]
    return crossed


def crossing_class(kind: type, shared: Crossings) -> type:
    """The same class, whose objects hold arrays while none of their methods runs."""
    own: dict[str, Any] = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    for base in reversed(kind.__mro__):
        if base.__module__.partition(".")[0] in ("builtins", "torch", "abc", "typing"):
            continue
        for name, part in vars(base).items():
            if inspect.isfunction(part) and (name[:2] != "__" or name in ("__init__", "__call__")):
                own[name] = crossing(part, shared)
            elif isinstance(part, staticmethod | classmethod) and inspect.isfunction(part.__func__):
                own[name] = type(part)(crossing(part.__func__, shared))
    if issubclass(kind, torch.nn.Module):
        own["__init__"] = crossing(_with_plain_parameters(kind.__init__), shared)
    return type(kind)(kind.__name__, (kind,), own)


def _with_plain_parameters(constructor: Callable[..., None]) -> Callable[..., None]:
    """A module's constructor, after which its parameters are attributes like any others."""

    @functools.wraps(constructor)
    def construct(self: torch.nn.Module, *args: Any, **kwargs: Any) -> None:
        constructor(self, *args, **kwargs)
        for name, parameter in list(self._parameters.items()):
            if parameter is not None:
                del self._parameters[name]
                vars(self)[name] = parameter.detach()

    return construct


@contextlib.contextmanager
def finely() -> Iterator[None]:
    """While it is entered, each call of torch's inside a wrapped function is noted by itself.

    That is what a diagnosis reads. It may miss something (a scripted function is not looked into),
    so it is no truth: whoever uses it compares it with the truth first.
    """
    _Inside.fine = True
    try:
        yield
    finally:
        _Inside.fine = False


class _Inside:
    """How many wrapped functions are running: those that call one another pass tensors."""

    depth = 0
    fine = False


@dataclass
class _State:
    """A wrapped function, and what is known of how autograd goes through it."""

    function: Callable[..., Any]
    shared: Crossings
    out_of_place: bool | None = None  # None: not yet known


def _call(state: _State, roots: list[Any]) -> Any:
    entered = Entered(working_dtype(roots))
    tape = Tape.now

    def enter(leaf: Any, path: _Path) -> Any:
        return entered.number(leaf) if is_array(leaf) else leaf

    trees.rebuild(roots, enter, (), {})
    kept = _kept(roots) if tape is not None else None
    trees.rebuild(roots, lambda leaf, path: filled(leaf, entered.tensors), (), {})
    items = Items()
    recorder = _recorder(entered, tape) if tape is not None and _Inside.fine else None
    watching = recorder or contextlib.nullcontext()
    try:
        with state.shared.world(entered.dtype), _inside(), torch.no_grad(), items, watching:
            result = state.function(*roots[0], **roots[1])
        roots.append(result)
    finally:
        if tape is None or len(roots) == 2:
            leave: Callable[[Any], Any] = functools.partial(_left, entered)
        else:
            leave = _recorded(state, roots, kept, entered, items, tape, recorder)
        left = trees.rebuild(roots, lambda leaf, path: leave(leaf), (), {})
    return left[2]


@contextlib.contextmanager
def _inside() -> Iterator[None]:
    _Inside.depth += 1
    tape, Tape.now = Tape.now, None
    try:
        yield
    finally:
        _Inside.depth -= 1
        Tape.now = tape


def _left(entered: Entered, leaf: Any) -> Any:
    """The array that comes out in place of a tensor: the array that went in, or a new one."""
    if not isinstance(leaf, torch.Tensor):
        return leaf
    number = entered.which(leaf)
    if number is None:
        return to_array(leaf)
    array = entered.arrays[number]
    if entered.changed(number) and isinstance(array, np.ndarray) and array.flags.writeable:
        array[...] = to_array(leaf)
    return array


def _kept(roots: list[Any]) -> Any:
    """The arguments with numbers in place of arrays, to call the function with once more."""
    try:
        return copy.deepcopy(roots)
    except Exception:
        return None


def _recorded(
    state: _State,
    roots: list[Any],
    kept: Any,
    entered: Entered,
    items: "Items",
    tape: Tape,
    recorder: Recorder | None,
) -> Callable[[Any], Any]:
    """Note the call; what each tensor that comes out is then."""
    made: dict[int, tuple[_Path, Any]] = {}

    def collect(leaf: Any, path: _Path) -> Any:
        if isinstance(leaf, torch.Tensor) and leaf.is_floating_point():
            number = entered.which(leaf)
            if number is None or entered.changed(number):
                made.setdefault(id(leaf), (path, leaf))
        elif items.tensor(leaf) is not None:
            made.setdefault(id(leaf), (path, leaf))
        elif path[:1] == (2,) and (type(leaf) is float or type(leaf) is np.ndarray):
            tape.cut("item", "a number left torch: it is no tensor any more")
        return leaf

    trees.rebuild(roots, collect, (), {})
    args = tuple(_value(array, tape) for array in entered.arrays)
    active = any(value.active for value in args)
    paths = [path for path, _ in made.values()]
    arrays: dict[int, Any] = {}
    if active and made and recorder is None:
        rule = _Rule(state, kept, paths)
        note = tape.note(
            f"torch {state.function.__name__}", TorchCall(rule, rule.name, False), args
        )
    for key, (_, part) in made.items():
        is_number = type(part) is float
        array: Any = part if is_number else to_array(part).copy()
        value: Value | None = None
        if recorder is not None:
            tensor: Any = items.tensor(part) if is_number else part
            value = recorder.value(tensor) if recorder.value(tensor).active else None
        elif active:
            value = tape.result(note, array)
        if not is_number:
            arrays[key] = track(array, tape, value)
        elif value is not None:
            arrays[key] = track_scalar(part, value, tape)

    return _leaving(entered, arrays, tape)


def _leaving(entered: Entered, arrays: dict[int, Any], tape: Tape) -> Callable[[Any], Any]:
    """A part of the result outside of torch: its noted array, or the array that came in."""

    def leave(leaf: Any) -> Any:
        if not isinstance(leaf, torch.Tensor):
            return arrays.get(id(leaf), leaf) if type(leaf) is float else leaf
        number = entered.which(leaf)
        new = arrays.get(id(leaf))
        if number is None:
            return new if new is not None else track(to_array(leaf).copy(), tape)
        known = entered.arrays[number]
        if new is not None and type(known) is Tracked:
            known[...] = new
            del arrays[id(leaf)]  # once
        return known

    return leave


def _recorder(entered: Entered, tape: Tape) -> Recorder:
    """A mode that notes each call on the tensors that depend on an input."""
    recorder = Recorder(tape)
    for array, tensor in zip(entered.arrays, entered.tensors):
        value = _value(array, tape)
        if value.active:
            recorder.follow(tensor, value)
    return recorder


def _value(array: Any, tape: Tape) -> Value:
    value = noted(array, tape)
    return value if type(value) is Value else Value(np.asarray(value))


class _Rule:
    """The user's function on tensors, called as it was: for those new tensors that came of it."""

    def __init__(self, state: _State, kept: Any, paths: list[_Path]) -> None:
        self.state = state
        self.kept = kept
        self.paths = paths
        self.name = f"torch {getattr(state.function, '__name__', 'function')}"

    def __call__(self, *given: Any) -> tuple[torch.Tensor, ...]:
        if self.kept is None:
            raise NotReplayable(None, f"the arguments of {self.name} cannot be copied")
        tensors = [torch.as_tensor(part) for part in given]
        tensors = [t.to(torch.float64) if t.is_floating_point() else t for t in tensors]
        if self.state.out_of_place is None:
            self.state.out_of_place = self._is_refused(tensors)
        if not self.state.out_of_place:
            return self._run(*tensors)
        return tuple(torch_compat.functionalize(self._run)(*tensors))

    def _run(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        roots = copy.deepcopy(self.kept)
        # What the user's code may write to is a copy; a leaf of autograd's it could not write to.
        own = [tensor.clone() for tensor in tensors]
        trees.rebuild(roots, lambda leaf, path: filled(leaf, own), (), {})
        items = Items()
        with self.state.shared.world(torch.float64), _inside(), items:
            roots.append(self.state.function(*roots[0], **roots[1]))
        found: dict[_Path, torch.Tensor] = {}

        def collect(leaf: Any, path: _Path) -> Any:
            tensor = leaf if isinstance(leaf, torch.Tensor) else items.tensor(leaf)
            if tensor is not None:
                found[path] = tensor
            return leaf

        trees.rebuild(roots, collect, (), {})
        return tuple(found[path] for path in self.paths)

    def _is_refused(self, tensors: list[torch.Tensor]) -> bool:
        """Autograd refuses to go through the function as it is, for steps in place, say."""
        own = [t.detach().requires_grad_(t.is_floating_point()) for t in tensors]
        try:
            with torch.enable_grad():
                made = [part for part in self._run(*own) if part.requires_grad]
                ones = [torch.ones_like(part) for part in made]
                if made:
                    torch_compat.gradients(made, [t for t in own if t.requires_grad], ones)
        except RuntimeError:
            return True
        return False
