"""A recording, made ready to be run by torch as often as needed; its runs, and their gradients."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from oracle.truth import torch_compat
from oracle.truth.differences import Summed, upstream_of
from oracle.truth.recording import SHARED_INPUT, Cut, Note, Path, Recording, Value
from oracle.truth.replay.elementwise import Tensor, tensor
from oracle.truth.replay.steps import (
    DecisionChanged,
    Instead,
    NotReplayable,
    Step,
    constant,
    recorded_tensors,
)
from oracle.truth.work import spend_back

# How far torch's value may be from NumPy's: rounding, and sums in a different order.
_TOLERANCE = {8: 1e-7, 16: 1e-7, 4: 1e-3, 2: 1e-1}
MOVES = (2.0**-6, 2.0**-12)  # relative; the smaller one where the larger one changes a decision
ROUNDINGS = 2.0**6  # by how many ulp of the largest term the two values may differ
DECISIVE = 2.0**10  # a move must be larger than that by this factor
After = Callable[[Callable[[Value], Tensor], Tensor], Tensor]


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
        return tensor(constant(np.asarray(value.array))) if found is None else found

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
        spend_back(len(self.recording.notes))
        outputs = self.recording.outputs
        if not isinstance(upstream, Mapping):
            if len(outputs) != 1:
                raise ValueError(
                    f"got one upstream, expected a dict with one for each of {list(outputs)}"
                )
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
                    if not same_answer(answer, note.answer):
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
            if not agree(self.tensor(value), value.array):
                break
        else:
            return
        # Rounding may have been magnified on the way: each call on its own must agree.
        for note in self.recording.notes:
            if any(id(value) in self._tensors for value in note.outputs if value.active):
                step = Step(note)
                alone = {id(v): recorded_tensors(v) for v in note.inputs if v.active}
                step.run(alone, None)
                for value in note.outputs:
                    if value.active and not agree(alone[id(value)], value.array):
                        raise NotReplayable(note, "torch gives a different value than NumPy")


def agree(ours: Tensor, recorded: Any) -> bool:
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


def same_answer(a: Any, b: Any) -> bool:
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(same_answer, a, b))
    return bool(np.array_equal(a, b))


def cut_that_matters(
    recording: Recording,
    value_at: Callable[[Mapping[Path, np.ndarray]], Mapping[Path, np.ndarray]],
    forward: Summed | None,
) -> Cut | None:
    """The first cut of a record, if the record is not the forward for it; None if it is.

    ``value_at`` runs the replay on other inputs. Without a forward to compare with, every cut
    matters.
    """
    cuts = [cut for cut in recording.cuts if cut.kind != SHARED_INPUT]
    if not cuts:
        return None
    if forward is not None and any(_agree(value_at, forward, move) for move in MOVES):
        return None
    return cuts[0]


def _agree(value_at: Callable[..., Any], forward: Summed, move: float) -> bool:
    eps = max(float(np.finfo(array.dtype).eps) for array in forward.inputs.values())
    if move < DECISIVE * ROUNDINGS * eps:
        return False
    rng = np.random.default_rng(0)
    moved = {
        path: array * (1 + move * rng.uniform(0.5, 1.0, array.shape)) + (array == 0) * move
        for path, array in forward.inputs.items()
    }
    moved = {path: array.astype(forward.inputs[path].dtype) for path, array in moved.items()}
    try:
        made = forward(moved)
        outputs = value_at(moved)
    except Exception:  # the user's code refuses these inputs, or the replay does
        return False
    sent = upstream_of(forward, outputs)
    terms = [np.asarray(sent[path]) * outputs[path] for path in sent]
    size = max(float(np.max(np.abs(term), initial=0.0)) for term in terms)
    off = abs(made - sum(float(np.sum(np.real(term))) for term in terms))
    return bool(off <= ROUNDINGS * eps * size)


# Plans: a recording, made ready to be run by torch as often as needed.


class Plan:
    """A recording, made ready to be run by torch as often as one likes.

    ``wanted``: the values that are to be computed; by default the active ones of what the user's
    function returned. Only the notes on the way to them need rules.

    A value that left the record is a constant in it, which it is not in the user's function. So a
    recording with cuts is refused, unless ``forward``, the function itself, shows that they make no
    difference.
    """

    def __init__(
        self,
        recording: Recording,
        wanted: Iterable[Value] | None = None,
        forward: Summed | None = None,
    ) -> None:
        self.recording = recording
        if wanted is None:
            wanted = recording.outputs.values()
        self.wanted = [value for value in wanted if value.active]
        self.steps = [Step(note) for note in self._needed()]
        cut = cut_that_matters(recording, self._value_at, forward)
        if cut is not None:
            raise NotReplayable(None, f"line {cut.line}: {cut.text}")

    def _value_at(self, inputs: Mapping[Path, np.ndarray]) -> dict[Path, np.ndarray]:
        return {path: x.detach().numpy() for path, x in self.run(inputs).outputs().items()}

    def _needed(self) -> list[Note]:
        needed: set[int] = set()
        given = {id(value) for value in self.recording.inputs.values()}
        queue = list(self.wanted)
        while queue:
            value = queue.pop()
            note = None if id(value) in given else value.note
            if note is not None and id(note) not in needed:
                needed.add(id(note))
                queue.extend(value for value in note.inputs if value.active)
        return [note for note in self.recording.notes if id(note) in needed]

    def run(
        self,
        inputs: Mapping[Path, Any] | None = None,
        *,
        instead: Mapping[Note, Instead] | None = None,
        after: Mapping[Value, After] | None = None,
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
                leaf = tensor(constant(np.asarray(given))).requires_grad_()
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


@dataclass(frozen=True)
class Replayed:
    """The result of ``replay``."""

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
    forward: Summed | None = None,
) -> Replayed:
    """Run a recording by torch and differentiate it; see ``Plan.run`` and ``Run.gradients``.

    On the recorded inputs, ``Run.check`` compares torch's value with the recorded one first.
    """
    run = Plan(recording, forward=forward).run(inputs, instead=instead)
    if inputs is None and instead is None:
        run.check()
    values = {path: x.detach().numpy() for path, x in run.outputs().items()}
    return Replayed(values, run.gradients(upstream, wrt), run)
