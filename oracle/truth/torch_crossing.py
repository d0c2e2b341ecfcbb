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
from oracle.truth.recording.kinds import SPECIAL, Tracked, plain, track_scalar
from oracle.truth.recording.tape import Tape, Value
from oracle.truth.recording.wrapping import noted, track
from oracle.truth.replay import NotReplayable, TorchCall
from oracle.truth.torch_world import PLAIN, Asked, Precision, lowest, world

trees.add_leaf(torch.Tensor)
SEED = 0  # of the random numbers of each call: a forward draws the same ones each time
_Path = tuple[Any, ...]


@dataclass
class Crossings:
    """What holds for all wrapped functions of one derivation.

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
        names = [argument.name for argument in function.schema.arguments]
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
        own["__init__"] = crossing(_with_plain_parameters(kind.__init__), shared)  # type: ignore[misc]
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


class _Inside:
    """How many wrapped functions are running: those that call one another pass tensors."""

    depth = 0


@dataclass
class _State:
    """A wrapped function, and what is known of how autograd goes through it."""

    function: Callable[..., Any]
    shared: Crossings
    out_of_place: bool | None = None  # None: not yet known


class _Items(torch_compat.TorchFunctionMode):
    """While it is entered, it is noted of which tensor a number is that ``loss.item()`` gave."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[int, tuple[float, torch.Tensor]] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        if type(made) is float and args and isinstance(args[0], torch.Tensor):
            self._numbers[id(made)] = (made, args[0])
        return made

    def tensor(self, leaf: Any) -> torch.Tensor | None:
        """The tensor that a number was the item of."""
        known = self._numbers.get(id(leaf)) if type(leaf) is float else None
        return None if known is None else known[1].reshape(())


class _Slot(int):
    """The place of an array in arguments that are kept: its number."""


@dataclass
class _Entered:
    """The arrays that went in, each once, and the tensors that they are meanwhile."""

    dtype: torch.dtype
    arrays: list[Any] = field(default_factory=list)
    tensors: list[torch.Tensor] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)  # by the id of the array

    def number(self, leaf: Any) -> _Slot:
        if id(leaf) not in self.numbers:
            self.numbers[id(leaf)] = len(self.arrays)
            self.arrays.append(leaf)
            tensor = _tensor(plain(leaf), self.dtype, Tape.now is not None)
            self.tensors.append(tensor)
            self.versions.append(tensor._version)
        return _Slot(self.numbers[id(leaf)])

    def which(self, tensor: torch.Tensor) -> int | None:
        """The number of the array that a tensor is, if it went in and was not written to."""
        for number, known in enumerate(self.tensors):
            if known is tensor:
                return number
        return None

    def changed(self, number: int) -> bool:
        return self.tensors[number]._version != self.versions[number]


def _call(state: _State, roots: list[Any]) -> Any:
    entered = _Entered(_dtype(roots))
    tape = Tape.now

    def enter(leaf: Any, path: _Path) -> Any:
        return entered.number(leaf) if _is_array(leaf) else leaf

    trees.rebuild(roots, enter, (), {})
    kept = _kept(roots) if tape is not None else None
    trees.rebuild(roots, lambda leaf, path: _filled(leaf, entered.tensors), (), {})
    items = _Items()
    try:
        with state.shared.world(entered.dtype), _inside(), torch.no_grad(), items:
            result = state.function(*roots[0], **roots[1])
        roots.append(result)
    finally:
        if tape is None or len(roots) == 2:
            leave = functools.partial(_left, entered)
        else:
            leave = _recorded(state, roots, kept, entered, items, tape)
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


def _is_array(leaf: Any) -> bool:
    if type(leaf) in SPECIAL:
        return not isinstance(plain(leaf), float) or isinstance(plain(leaf), np.floating)
    return isinstance(leaf, np.floating) or (
        type(leaf) is np.ndarray and leaf.dtype.kind in "fiub" and leaf.dtype != np.uint16
    )


def _dtype(roots: list[Any]) -> torch.dtype:
    """The dtype in which a function computes: float32 if it is given an array of that."""
    given = [plain(part) for part in [*roots[0], *roots[1].values()] if _is_array(part)]
    low = any(array.dtype == np.float32 for array in given)
    return torch.float32 if low else torch.float64


def _tensor(array: Any, dtype: torch.dtype, copied: bool) -> torch.Tensor:
    """An array as a tensor, in the same memory where that can be."""
    array = np.asarray(array)
    if copied or not array.flags.writeable or any(stride < 0 for stride in array.strides):
        array = array.copy()
    tensor = torch.from_numpy(array)
    return tensor.to(dtype) if tensor.is_floating_point() else tensor


def _filled(leaf: Any, tensors: Any) -> Any:
    return tensors[leaf] if type(leaf) is _Slot else leaf


def _array(tensor: torch.Tensor) -> np.ndarray:
    tensor = tensor.detach()
    if tensor.dtype in (torch.bfloat16, torch.float16):
        tensor = tensor.float()
    array: np.ndarray = tensor.numpy()
    return array


def _left(entered: _Entered, leaf: Any) -> Any:
    """What comes out in place of a tensor: the array that went in, or a new one."""
    if not isinstance(leaf, torch.Tensor):
        return leaf
    number = entered.which(leaf)
    if number is None:
        return _array(leaf)
    array = entered.arrays[number]
    if entered.changed(number) and isinstance(array, np.ndarray) and array.flags.writeable:
        array[...] = _array(leaf)
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
    entered: _Entered,
    items: "_Items",
    tape: Tape,
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
    if active and made:
        rule = _Rule(state, kept, paths)
        note = tape.note(
            f"torch {state.function.__name__}", TorchCall(rule, rule.name, False), args
        )
    for key, (_, part) in made.items():
        array = part if type(part) is float else _array(part).copy()
        value = tape.result(note, array) if active else None
        if type(part) is not float:
            arrays[key] = track(array, tape, value)
        elif value is not None:
            arrays[key] = track_scalar(array, value, tape)

    def leave(leaf: Any) -> Any:
        if not isinstance(leaf, torch.Tensor):
            return arrays.get(id(leaf), leaf) if type(leaf) is float else leaf
        number = entered.which(leaf)
        new = arrays.get(id(leaf))
        if number is None:
            return new if new is not None else track(_array(leaf).copy(), tape)
        known = entered.arrays[number]
        if new is not None and type(known) is Tracked:
            known[...] = new
            del arrays[id(leaf)]  # once
        return known

    return leave


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
        trees.rebuild(roots, lambda leaf, path: _filled(leaf, own), (), {})
        items = _Items()
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
