"""Replaying: torch runs the notes of a recording, in float64, and differentiates them.

    recording = record(forward, (X, W))
    plan = Plan(recording)
    run = plan.run()                        # or plan.run(inputs={(0,): X2})
    gradients = run.gradients(upstream)     # {(0,): dX, (1,): dW}

``replay(recording, upstream)`` does all of it at once, and checks first that torch's value is the
recorded one. A call that torch has no rule for, or whose rule gives another value, raises
``NotReplayable``, which names the call and its line; ``oracle.truth.differences`` can still
differentiate such a function.

    elementwise.py  ufuncs
    reductions.py   sums, means, extremes, sorts, the methods of ufuncs
    products.py     products and linear algebra
    movement.py     whatever moves elements about
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from oracle.truth import torch_compat
from oracle.truth.recording import Note, Path, Recording, Value
from oracle.truth.replay.elementwise import Tensor, real, tensor, ufunc
from oracle.truth.replay.movement import MOVES, VIEWS, gathers
from oracle.truth.replay.others import AFFINE, OTHERS, Affine
from oracle.truth.replay.products import PRODUCTS
from oracle.truth.replay.reductions import REDUCTIONS, ufunc_method

__all__ = ["DecisionChanged", "NotReplayable", "Plan", "Replayed", "Run", "TorchCall", "replay"]

RULES: dict[str, Callable[..., Any]] = {**REDUCTIONS, **PRODUCTS, **OTHERS}
_UFUNC_OPTIONS = ("casting", "order", "dtype", "subok", "signature", "sig")
# How far torch's value may be from NumPy's: rounding, and sums taken in another order.
_TOLERANCE = {8: 1e-7, 16: 1e-7, 4: 1e-3, 2: 1e-1}

Instead = Callable[..., Any]
After = Callable[[Callable[[Value], Tensor], Tensor], Tensor]


class NotReplayable(Exception):  # noqa: N818
    """Torch cannot run this call, or gives another value than NumPy did."""

    def __init__(self, note: Note | None, reason: str) -> None:
        where = "" if note is None else f"{note.op}, line {note.line}: "
        super().__init__(where + reason)
        self.note = note
        self.op = None if note is None else note.op
        self.line = None if note is None else note.line
        self.reason = reason


class DecisionChanged(Exception):  # noqa: N818
    """With these inputs the user's code would have decided otherwise: it must be run again."""

    def __init__(self, note: Note) -> None:
        super().__init__(f"{note.op}, line {note.line}")
        self.note = note


@dataclass(frozen=True)
class TorchCall:
    """A function of torch's, recorded as such (``oracle.truth.torch_recording``): its own rule."""

    function: Callable[..., Any]
    name: str  # NumPy's, where it has one
    elementwise: bool

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


class _Step:
    """A note, ready to run: its rule, and what to call it with."""

    __slots__ = ("args", "elementwise", "kwargs", "note", "outputs", "rule")

    def __init__(self, note: Note) -> None:
        self.note = note
        self.outputs = note.outputs
        self.elementwise = False
        self.args: tuple = tuple(map(_prepared, note.args))
        self.kwargs = {name: _prepared(arg) for name, arg in note.kwargs.items()}
        self.rule = self._rule()

    def _rule(self) -> Callable[..., Any]:
        note = self.note
        op = note.op
        if isinstance(note.function, TorchCall):
            self.elementwise = note.function.elementwise
            return note.function
        view = VIEWS.get(op)
        if view is not None and self._tried(view):
            return view
        if op in MOVES or op == "read":
            try:
                found = gathers(note)
            except Exception as error:
                raise NotReplayable(note, f"it does more than move elements ({error})") from error
            if found is not None:
                self.args = tuple(found[0].sources) if found else ()
                self.kwargs = {}
                return _gather_all(found) if len(found) > 1 else found[0]
        if op in AFFINE:
            affine = Affine(note)
            self.args, self.kwargs = tuple(affine.active), {}
            return affine
        rule = RULES.get(op) or RULES.get(op.removeprefix("math."))
        if rule is not None:
            return rule
        name, _, method = op.removeprefix("math.").partition(".")
        if method:
            rule = ufunc_method(name, method)
            if rule is not None:
                return rule
        else:
            rule = ufunc(name)
            if rule is not None:
                for option in _UFUNC_OPTIONS:
                    self.kwargs.pop(option, None)
                self.elementwise = len(self.outputs) == 1
                return _ufunc_where(rule) if "where" in self.kwargs else rule
        raise NotReplayable(note, "there is no rule for it")

    def _tried(self, rule: Callable[..., Any]) -> bool:
        """Whether a rule takes these arguments and gives these shapes."""
        try:
            kwargs = {name: _recorded(arg) for name, arg in self.kwargs.items()}
            made = rule(*map(_recorded, self.args), **kwargs)
        except Exception:
            return False
        if made is NotImplemented or len(self.outputs) != 1 or not isinstance(made, Tensor):
            return False
        return tuple(made.shape) == self.outputs[0].shape

    def run(self, tensors: dict[int, Tensor], instead: Instead | None, quiet: bool = False) -> None:
        made: Any
        try:
            args = [_resolved(arg, tensors) for arg in self.args]
            kwargs = {name: _resolved(arg, tensors) for name, arg in self.kwargs.items()}
            if quiet and instead is None and self.elementwise:
                made = quietly(self.rule, args, kwargs)
            elif instead is None:
                made = self.rule(*args, **kwargs)
            else:
                made = instead(self.rule, *args, **kwargs)
        except (NotReplayable, DecisionChanged):
            raise
        except Exception as error:
            raise NotReplayable(self.note, f"{type(error).__name__}: {error}") from error
        if isinstance(made, Tensor):
            made = (made,)
        for value, part in zip(self.outputs, made, strict=False):
            if value.active:
                tensors[id(value)] = part


class _Quiet(torch.autograd.Function):
    """A ufunc whose derivative, however large, times an upstream of 0 is 0."""

    @staticmethod
    def forward(ctx: Any, rule: Callable[[Any], Tensor], *args: Tensor) -> Tensor:
        with torch.enable_grad():
            ctx.args = [x.detach().requires_grad_(x.is_floating_point()) for x in args]
            ctx.made = rule(ctx.args)
        return ctx.made.detach()

    @staticmethod
    def backward(ctx: Any, *upstream: Any) -> Any:
        points = [x for x in ctx.args if x.requires_grad]
        found = iter(torch_compat.gradients([ctx.made], points, upstream, retain_graph=True))
        nothing = upstream[0] == 0
        gradients = []
        for x in ctx.args:
            gradient = next(found) if x.requires_grad else None
            gradients.append(None if gradient is None else gradient.masked_fill(nothing, 0.0))
        return (None, *gradients)


def quietly(rule: Callable[..., Tensor], args: list[Any], kwargs: dict[str, Any]) -> Tensor:
    """Run a ufunc's rule by ``_Quiet``, its tensors broadcast beforehand."""
    where = [i for i, arg in enumerate(args) if isinstance(arg, Tensor)]
    same = torch.broadcast_tensors(*[args[i] for i in where])

    def on(tensors: list[Tensor]) -> Tensor:
        filled = list(args)
        for i, x in zip(where, tensors, strict=True):
            filled[i] = x
        return rule(*filled, **kwargs)

    made = on([x.detach() for x in same])
    if any(x.is_complex() for x in same) or made.shape != same[0].shape:
        return rule(*args, **kwargs)
    return _Quiet.apply(on, *same)


def _gather_all(found: list[Any]) -> Callable[..., Any]:
    return lambda *tensors: [gather(*tensors) for gather in found]


def _ufunc_where(rule: Callable[..., Any]) -> Callable[..., Any]:
    """``np.add(x, y, where=mask, out=z)``."""

    def masked(*args: Any, where: Any, out: Any = None) -> Any:
        where = tensor(where)
        # What is not wanted may be nan or inf, whose derivative would spoil the rest: 0 · inf.
        safe = [torch.where(where, real(arg), _harmless(arg)) for arg in args]
        made = rule(*safe)
        return torch.where(where, made, torch.zeros_like(made) if out is None else real(out))

    return masked


def _harmless(arg: Any) -> Tensor:
    return torch.full_like(real(arg), 0.5)


def _constant(array: Any) -> Any:
    """A constant of the record as a tensor, or as the number or object that it is."""
    if isinstance(array, np.ndarray):
        kind = array.dtype.kind
        if kind == "f":
            return torch.from_numpy(np.array(array, np.float64))
        if kind == "c":
            return torch.from_numpy(np.array(array, np.complex128))
        if kind == "b":
            return torch.from_numpy(np.array(array))
        if kind in "iu":
            return torch.from_numpy(np.array(array, np.int64))
        return array
    if isinstance(array, np.bool_):
        return bool(array)
    if isinstance(array, np.integer):
        return int(array)
    if isinstance(array, np.floating):
        return float(array)
    return array


def _prepared(arg: Any) -> Any:
    """A note's argument with its constants made tensors."""
    kind = type(arg)
    if kind is Value:
        return arg if arg.active else _constant(arg.array)
    if kind is list or kind is tuple:
        return kind([_prepared(part) for part in arg])
    if isinstance(arg, (np.ndarray, np.generic)):
        return _constant(arg)
    return arg


def _resolved(arg: Any, tensors: dict[int, Tensor]) -> Any:
    kind = type(arg)
    if kind is Value:
        return tensors[id(arg)]
    if kind is list or kind is tuple:
        return kind([_resolved(part, tensors) for part in arg])
    return arg


def _recorded(arg: Any) -> Any:
    """A prepared argument with the recorded numbers in it."""
    kind = type(arg)
    if kind is Value:
        return tensor(_constant(np.asarray(arg.array)))
    if kind is list or kind is tuple:
        return kind([_recorded(part) for part in arg])
    return arg


class Plan:
    """A recording, made ready to be run by torch as often as one likes.

    ``wanted``: the values that are to be computed; by default the active ones of what the user's
    function returned. Only the notes on the way to them need rules.
    """

    def __init__(self, recording: Recording, wanted: Iterable[Value] | None = None) -> None:
        self.recording = recording
        if wanted is None:
            wanted = recording.outputs.values()
        self.wanted = [value for value in wanted if value.active]
        self.steps = [_Step(note) for note in self._needed()]

    def _needed(self) -> list[Note]:
        needed: set[int] = set()
        queue = list(self.wanted)
        while queue:
            note = queue.pop().note
            if note is not None and id(note) not in needed:
                needed.add(id(note))
                queue.extend(value for value in note.inputs if value.active)
        return [note for note in self.recording.notes if id(note) in needed]

    def run(
        self,
        inputs: Mapping[Path, Any] | None = None,
        *,
        instead: Mapping[Note, Instead] | None = None,
        after: Mapping[Value, "After"] | None = None,
        check_decisions: bool = False,
        quiet: bool = False,
    ) -> "Run":
        """Run it, on the recorded inputs or on others of the same shapes.

        What was decided while recording stays decided: masks, branches, indices. With
        ``check_decisions``, inputs that would have decided otherwise raise ``DecisionChanged``.
        ``instead``: for some notes, a function that is called as ``f(rule, *args, **kwargs)``.
        ``after``: for some values, what takes their place, as ``f(tensor of any value, its own)``.
        ``quiet``: where a ufunc's upstream is 0, so is what it passes on, be its derivative
        infinite (``Run.gradients`` does this by itself where it is needed).
        """
        leaves: dict[Path, Tensor] = {}
        tensors: dict[int, Tensor] = {}
        for path, value in self.recording.inputs.items():
            given = value.array if inputs is None or path not in inputs else inputs[path]
            if isinstance(given, Tensor):
                leaf = given
            else:
                leaf = tensor(_constant(np.asarray(given))).requires_grad_()
            leaves[path] = tensors[id(value)] = leaf
        changes = {id(note): change for note, change in (instead or {}).items()}
        run = Run(self.recording, leaves, tensors)
        later = {id(value): change for value, change in (after or {}).items()}
        for step in self.steps:
            step.run(tensors, changes.get(id(step.note)), quiet)
            for value in step.outputs if later else ():
                if id(value) in later:
                    tensors[id(value)] = later[id(value)](run.tensor, tensors[id(value)])
        if not quiet:
            run.again = lambda: self.run(inputs, instead=instead, after=after, quiet=True)
        if check_decisions:
            run.check_decisions()
        return run


class Run:
    """One run by torch: a tensor for each value that was needed."""

    def __init__(
        self, recording: Recording, leaves: dict[Path, Tensor], tensors: dict[int, Tensor]
    ) -> None:
        self.recording = recording
        self.leaves = leaves
        self._tensors = tensors
        self.again: Callable[[], Run] | None = None
        self.quieted = False  # nan or inf came out, and it had to be run again

    def tensor(self, value: Value) -> Tensor:
        """Torch's tensor for a recorded value."""
        found = self._tensors.get(id(value))
        return tensor(_constant(np.asarray(value.array))) if found is None else found

    def outputs(self) -> dict[Path, Tensor]:
        return {path: self.tensor(value) for path, value in self.recording.outputs.items()}

    def gradients(
        self,
        upstream: Any,
        wrt: Iterable[Path | Value] | None = None,
        retain_graph: bool = False,
    ) -> dict[Any, np.ndarray]:
        """The gradients of Σ upstream·output.

        ``upstream`` is an array, if the function returned a single one, or a dict by the outputs'
        paths; outputs that are left out have none. ``wrt``: paths of inputs, or values anywhere in
        the record; all inputs by default. What nothing depends on has the gradient 0.

        ``np.where(x > 0, np.log(x), 0)`` gives autograd 0·∞ at x = 0, though the function is
        constant there. So where nan or inf comes out, the run is repeated ``quiet``.
        """
        keys = list(self.leaves if wrt is None else wrt)
        found = self._gradients(upstream, keys, retain_graph or self.again is not None)
        if self.again is not None and not all(np.isfinite(g).all() for g in found.values()):
            self.quieted = True
            quiet = self.again()
            if all(not isinstance(leaf, Tensor) or leaf.is_leaf for leaf in self.leaves.values()):
                return quiet._gradients(upstream, keys, retain_graph)
        return found

    def _gradients(self, upstream: Any, keys: list[Any], retain_graph: bool) -> dict[Any, Any]:
        outputs = self.recording.outputs
        if not isinstance(upstream, Mapping):
            if len(outputs) != 1:
                raise ValueError(f"upstreams by path are due: {list(outputs)}")
            upstream = {next(iter(outputs)): upstream}
        points = [self.tensor(k) if isinstance(k, Value) else self.leaves[k] for k in keys]
        ends, grads = [], []
        for path, given in upstream.items():
            end = self.tensor(outputs[path])
            if end.requires_grad:
                given = given if isinstance(given, Tensor) else torch.from_numpy(np.array(given))
                ends.append(end)
                grads.append(given.to(end.dtype).broadcast_to(end.shape))
        found: Any = [None] * len(points)
        moving = [i for i, point in enumerate(points) if point.requires_grad]
        if ends and moving:
            try:
                some = torch_compat.gradients(
                    ends, [points[i] for i in moving], grads, retain_graph
                )
            except RuntimeError as error:
                raise NotReplayable(None, f"torch cannot differentiate it: {error}") from error
            for i, gradient in zip(moving, some, strict=True):
                found[i] = gradient
        return {
            key: np.zeros(tuple(point.shape)) if gradient is None else gradient.numpy()
            for key, point, gradient in zip(keys, points, found, strict=True)
        }

    def check_decisions(self) -> None:
        """Raise ``DecisionChanged`` where NumPy would now decide otherwise."""
        for note in self.recording.notes:
            if note.is_decision and note.function is not None:
                values = note.inputs
                if all(not v.active or id(v) in self._tensors for v in values):
                    answer = note.function(
                        *[self._numpy(arg) for arg in note.args],
                        **{name: self._numpy(arg) for name, arg in note.kwargs.items()},
                    )
                    if not _same_answer(answer, note.answer):
                        raise DecisionChanged(note)

    def _numpy(self, arg: Any) -> Any:
        if type(arg) is Value:
            if not arg.active:
                return arg.array
            array = self.tensor(arg).detach().numpy()
            return array if isinstance(arg.array, np.ndarray) else array[()]
        if type(arg) is list or type(arg) is tuple:
            return type(arg)([self._numpy(part) for part in arg])
        return arg

    def check(self) -> None:
        """Torch's value must be NumPy's, to rounding: otherwise the call that differs is named."""
        for value in self.recording.outputs.values():
            if not _agree(self.tensor(value), value.array):
                break
        else:
            return
        # Rounding may have been magnified on the way: each call on its own must agree.
        for note in self.recording.notes:
            if any(id(value) in self._tensors for value in note.outputs if value.active):
                step = _Step(note)
                alone = {id(v): _recorded(v) for v in note.inputs if v.active}
                step.run(alone, None)
                for value in note.outputs:
                    if value.active and not _agree(alone[id(value)], value.array):
                        raise NotReplayable(note, "torch gives another value than NumPy")


def _agree(ours: Tensor, recorded: Any) -> bool:
    recorded = np.asarray(recorded)
    array = ours.detach().resolve_conj().numpy()
    if array.shape != recorded.shape:
        return False
    tolerance = _TOLERANCE.get(recorded.dtype.itemsize, 1e-7)
    with np.errstate(all="ignore"):
        finite = np.isfinite(recorded)
        others = recorded[~finite].astype(array.dtype)
        if not np.array_equal(array[~finite], others, equal_nan=True):
            return False
        numbers = recorded[finite]
        scale = np.max(np.abs(numbers), initial=0.0)
        return bool(np.all(np.abs(array[finite] - numbers) <= tolerance * scale))


def _same_answer(a: Any, b: Any) -> bool:
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(_same_answer, a, b))
    return bool(np.array_equal(a, b))


@dataclass(frozen=True)
class Replayed:
    """What ``replay`` gives."""

    values: dict[Path, np.ndarray]
    gradients: dict[Any, np.ndarray]
    run: Run


def replay(
    recording: Recording,
    upstream: Any,
    *,
    wrt: Iterable[Path | Value] | None = None,
    inputs: Mapping[Path, Any] | None = None,
    instead: Mapping[Note, Instead] | None = None,
) -> Replayed:
    """Run a recording by torch and differentiate it; see ``Plan.run`` and ``Run.gradients``.

    On the recorded inputs, torch's value is held against the recorded one first.
    """
    run = Plan(recording).run(inputs, instead=instead)
    if inputs is None and instead is None:
        run.check()
    values = {path: x.detach().numpy() for path, x in run.outputs().items()}
    return Replayed(values, run.gradients(upstream, wrt), run)
