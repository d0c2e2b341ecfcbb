"""One case of a user's derivation: their forward recorded and replayed, their backward run.

The truth is torch's derivative of the user's *own* forward. Where the replay refuses, or does not
agree with the forward's own central difference, finite differences take its place and say so.
"""

import contextlib
import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch.autograd.graph import saved_tensors_hooks

from oracle import cases
from oracle.cases import EXTREME, Case
from oracle.cases.case import Layout
from oracle.judging.budget import ELEMENTS
from oracle.judging.ground_truth import (
    DIFFERENCES,
    Truth,
    Whole,
    beside_kinks,
    finely_recorded,
    moved_by,
)
from oracle.judging.session import Session
from oracle.judging.verdict import EPS, largest
from oracle.subject import Inputs, Made, Path, Subject, is_number
from oracle.truth.differences import Forward, Summed, directional_witness, finite_differences
from oracle.truth.noise import BesideKinks, Noise, Nudge, Nudging, distance
from oracle.truth.recording import Note, Recording, record
from oracle.truth.replay import NotReplayable, Plan


class Trial:
    """A case, drawn, with its truth. Arrays are handed out as copies, in new containers.

    ``strict``: the code keeps the dtype, aliases nothing, and is not finite only where the truth is
    not. That is asked of reference/ alone, whose truth is a twin in a stable form.
    """

    strict = False

    def __init__(self, subject: Subject, case: Case, names: Session) -> None:
        self.subject = subject
        self.case = case
        self.names = names
        self.arrays, self.rng = cases.draw(subject, case)
        self._noise = Noise(self.eps)
        self.writes = False  # into an array that it was given, as far as seen
        self.recording, self.plan, self.refused = self._recorded(self.inputs())
        self.upstream = self._drawn_upstream()
        if self.plan is None and self.recording.cuts:
            self.plan, self.refused = self._plan_despite_cuts()
        self.largest_upstream = max(largest(u) for u in self.upstream.values())

    @property
    def value_is_finite(self) -> bool:
        """The user's own forward gave finite numbers, in the dtype of the case."""
        values = (v.array for v in self.recording.outputs.values())
        return all(bool(np.isfinite(np.asarray(value)).all()) for value in values)

    @property
    def notes(self) -> Sequence[Note]:
        """The calls of the user's that were recorded."""
        return self.recording.notes

    @property
    def calls(self) -> int:
        """The number of calls recorded."""
        return len(self.notes)

    @property
    def work(self) -> int:
        """The work of a case, on any machine: calls, and what their arrays take beyond a call."""
        made = sum(np.size(value.array) for note in self.notes for value in note.outputs)
        return self.calls + made // ELEMENTS

    @property
    def eps(self) -> float:
        return EPS[self.case.dtype]

    @functools.cached_property
    def in_float32(self) -> bool:
        """The forward computes with float32 by its own choice, though it was given float64."""
        if self.strict or self.case.dtype != "float64":
            return False
        if self.subject.tensors is not None:
            return self.own_eps > self.eps
        used = (value for note in self.notes for value in (*note.inputs, *note.outputs))
        return any(v.active and getattr(v.array, "dtype", None) == np.float32 for v in used)

    @property
    def own_eps(self) -> float:
        """The rounding of the numbers that the code computes in."""
        if self.subject.tensors is not None:
            return float(self.subject.tensors.eps(self.case.dtype))
        return EPS["float32"] if self.in_float32 else self.eps

    def scale(self, path: Path) -> float:
        """The largest entry of the upstream: a gradient may be off by a rounding of that."""
        return self.largest_upstream

    # -- the user's code --------------------------------------------------------------------------

    def inputs(self, arrays: Mapping[str, np.ndarray] | None = None) -> Inputs:
        """The arguments of the forward, made anew: with the same random numbers each time."""
        drawn = self.arrays if arrays is None else arrays
        with self.seeded():
            return self.subject.prepare({n: a.copy() for n, a in drawn.items()}, self.case.seed)

    @contextlib.contextmanager
    def seeded(self) -> Iterator[None]:
        """The same random numbers for each run, and the caller's own state afterwards."""
        with np.errstate(all="ignore"):
            if self.names.settled:
                yield
                return
            with self.names.random_state(self.case.seed):
                yield

    def candidate(self) -> tuple[Any, list[Made], Inputs]:
        """The value and the gradients, by the user's code, and what it was given.

        In the regime ``layout`` its arrays are read-only. Code that writes into them is run again
        with writeable ones: whether that changes anything, the side conditions tell.
        """
        if self.case.regime != "layout":
            return self._run(None)
        try:
            return self._run(self._layout(writeable=False))
        except (Exception, SystemExit):
            found = self._run(self._layout(writeable=True))
        self.writes = True
        return found

    def plain_candidate(self) -> tuple[Any, list[Made], Inputs]:
        """The same with writeable C-contiguous arrays, whatever the regime."""
        return self._run(None)

    def _run(self, layout: Layout | None) -> tuple[Any, list[Made], Inputs]:
        inputs = self.inputs() if layout is None else layout.of_inputs(self.inputs())
        with self.seeded():
            value, kept = self.subject.forward(inputs)
            sent = self.sent(value) if layout is None else layout.of_upstream(self.sent(value))
            return value, self.subject.backward(inputs, value, kept, sent), inputs

    def _layout(self, writeable: bool) -> Layout:
        return Layout(np.random.default_rng(self.case.seed), writeable)

    def sent(self, value: Any) -> Any:
        """The upstream, in the shape of the value: an array, a number, or a tuple of them."""

        def of(path: Path, part: Any) -> Any:
            given = self.upstream[path]
            return given.copy() if isinstance(part, np.ndarray) else given[()]

        if isinstance(value, tuple | list):
            return tuple(of((0, i), p) for i, p in enumerate(value) if is_number(p))
        return of((0,), value)

    # -- the truth --------------------------------------------------------------------------------

    def _recorded(self, inputs: Inputs) -> tuple[Recording, Plan | None, str]:
        def differentiate(path: Path) -> bool:
            return self.subject.differentiable(path[1:])

        def forward(given: Inputs) -> tuple[Any, Any]:
            return self.subject.forward(given)[0], None

        with self.seeded():
            found = record(forward, (inputs,), names=self.names, differentiate=differentiate)
        outputs = {path: value for path, value in found.outputs.items() if path[:1] == (0,)}
        found = Recording(found.value, found.inputs, outputs, found.notes, found.cuts)
        try:
            return found, Plan(found), ""
        except NotReplayable as error:
            return found, None, str(error)

    def _plan_despite_cuts(self) -> tuple[Plan | None, str]:
        """The plan of a record with cuts, if they make no difference to the forward."""
        try:
            return Plan(self.recording, forward=self.own_forward()), ""
        except NotReplayable as error:
            return None, str(error)

    def _drawn_upstream(self) -> dict[Path, np.ndarray]:
        """Random with zero mean, for each output; 1 where the backward takes none."""
        drawn = {}
        for path, value in self.recording.outputs.items():
            if not self.subject.has_upstream or path[1:2] in [(i,) for i in self.subject.losses]:
                drawn[path] = np.ones(value.shape, self.case.dtype)
            else:
                drawn[path] = cases.draw_upstream(self.rng, value.shape, self.case.dtype)
                if self.subject.one_entry and value.shape:
                    drawn[path] *= self._one_of(value.shape)
        if not drawn:
            raise ValueError("the forward returns no floating-point array or number")
        return drawn

    def _one_of(self, shape: tuple[int, ...]) -> np.ndarray:
        """1 at one entry, and 0 elsewhere."""
        found = np.zeros(shape, self.case.dtype)
        if found.size:
            found.flat[self.rng.integers(found.size)] = 1
        return found

    def truth(self) -> Truth:
        """The gradients of Σ upstream∘value."""
        if self.plan is None:
            return self.differences(self.refused)
        try:
            run = self.plan.run()
            run.check()
            if self.case.regime in EXTREME:
                run.again = None  # where 0·∞ comes up, autograd has no say
            found = run.gradients(self.upstream)
        except NotReplayable as error:
            return self.differences(str(error))
        outputs = self.recording.outputs
        value = {p: run.tensor(v).detach().numpy() for p, v in outputs.items()}
        gradients = {path[1:]: gradient for path, gradient in found.items()}
        return Truth(value, gradients, quieted=run.quieted)

    def widened(self) -> Truth | None:
        """The truth of a float32 case from the same numbers, recorded as float64.

        ``np.float64(2) * x`` is lost to the record where x is a single float32: NumPy's own scalar
        takes it for one of its kind. In float64 it is not.
        """
        wide = {n: a.astype(float) if a.dtype.kind == "f" else a for n, a in self.arrays.items()}
        recording, plan, _ = self._recorded(self.inputs(wide))
        if plan is None or {p: v.shape for p, v in recording.outputs.items()} != {
            p: sent.shape for p, sent in self.upstream.items()
        }:
            return None
        try:
            found = plan.run().gradients(self.upstream)
        except NotReplayable:
            return None
        value = {p: np.asarray(v.array, float) for p, v in recording.outputs.items()}
        return Truth(value, {path[1:]: gradient for path, gradient in found.items()})

    def torch_float32(self) -> Truth | None:
        """The same by torch in float32, where torch has a version of its own."""
        return None

    def differences(self, why: str, only: Path | None = None) -> Truth:
        """The truth by central differences of the forward, for every gradient or for one."""
        found = finite_differences(self.own_forward(), None if only is None else (0, *only))
        gradients = {path[1:]: gradient for path, gradient in found.gradients.items()}
        units = {path[1:]: unit for path, unit in found.units.items()}
        return Truth(self._own_value(), gradients, DIFFERENCES, units, why)

    def _own_value(self) -> dict[Path, np.ndarray]:
        """The value of the user's own forward."""
        return {p: np.asarray(v.array, float) for p, v in self.recording.outputs.items()}

    def witness_agrees(self, truth: Truth) -> tuple[bool, str]:
        """A central difference of the forward, in one direction, agrees; and both numbers.

        Where rounding moves the value, as that of log(1 − a) at a ≈ 1, the forward is a staircase.
        """
        with self.seeded():
            gradients = {(0, *path): gradient for path, gradient in truth.gradients.items()}
            seen = directional_witness(self.own_forward(), gradients, self.case.seed)
        agrees = seen.agrees or not math.isfinite(seen.seen)  # beside it, it is not finite
        if not agrees and truth.kind != DIFFERENCES and self.plan is not None:
            sent = sum(float(np.abs(upstream).sum()) for upstream in self.upstream.values())
            agrees = seen.agrees_within(self.noise(truth, ()) * sent)
        return agrees, f"{seen.seen:.6g} by differences, {seen.said:.6g} by the replay"

    def is_own_derivative(self, path: Path, got: np.ndarray) -> bool:
        """A gradient is the derivative of the code's own forward, whatever the truth."""
        with self.seeded():
            return directional_witness(self.own_forward(), {(0, *path): got}, self.case.seed).agrees

    def differences_prefer_truth(self, truth: Truth, path: Path, got: np.ndarray) -> bool:
        """The forward's own differences are nearer to the truth than to what came."""
        with self.seeded():
            seen = [
                directional_witness(self.own_forward(), {(0, *path): gradient}, self.case.seed)
                for gradient in (truth.gradients[path], got)
            ]
        off = [abs(witness.said - witness.seen) for witness in seen]
        return bool(off[0] < off[1]) or not np.isfinite(off[1])

    def own_forward(self) -> Summed:
        """Σ upstream∘value of the user's forward, unrecorded, on copies of plain arrays."""

        def forward(given: Inputs) -> Any:
            with self.seeded():
                return (self.subject.forward(given)[0],)

        recorded = set(self.recording.inputs)
        return Forward(forward, (self.inputs(),), None, self.upstream, lambda p: p in recorded)

    def noise(self, truth: Truth, path: Path, enough: float = math.inf) -> float:
        """By how much rounding alone may move a gradient; of the value, path is ()."""
        if truth.kind == DIFFERENCES:
            return truth.units.get(path, 0.0)
        return self._noise.of(path, partial(self._around, truth), enough)

    def _around(self, truth: Truth, nudged: Nudge) -> dict[Path, float]:
        """See ``truth.Noise``: one round of nudging a user's forward."""
        try:
            gradients, value = self._nudged_run(nudged)
        except NotReplayable:
            return {}
        except RuntimeError:  # of a matrix that is singular but for a rounding, say
            return dict.fromkeys([(), *truth.gradients], math.inf)
        if any(np.isfinite(truth.value[p]).all() > np.isfinite(v).all() for p, v in value.items()):
            return dict.fromkeys([(), *truth.gradients], math.inf)  # log(1 − a) at a ≈ 1: no digits
        found = {path: distance(g, truth.gradients[path]) for path, g in gradients.items()}
        moved = (distance(array, truth.value[path]) for path, array in value.items())
        return {(): max(moved, default=0.0), **found}

    def _nudged_run(self, nudged: Nudge) -> tuple[dict[Path, np.ndarray], dict[Path, np.ndarray]]:
        """Gradients and value where inputs, upstream and all in between are nudged."""
        assert self.plan is not None
        leaves = {
            path: nudged(torch.from_numpy(np.array(value.array, np.float64))).requires_grad_()
            for path, value in self.recording.inputs.items()
        }
        sent = {p: nudged(torch.from_numpy(np.array(u, float))) for p, u in self.upstream.items()}
        with saved_tensors_hooks(lambda t: nudged(t.detach()), lambda t: t):
            with Nudging(nudged):
                run = self.plan.run(leaves)
            gradients = run.gradients(sent)
        value = {path: tensor.detach().numpy() for path, tensor in run.outputs().items()}
        return {path[1:]: gradient for path, gradient in gradients.items()}, value

    # -- beside kinks -----------------------------------------------------------------------------

    def input_at(self, path: Path) -> np.ndarray:
        """The values of an input as the forward got them."""
        return np.asarray(self.recording.inputs[(0, *path)].array)

    def gradient_of_moved(
        self, moved: Callable[[np.ndarray], np.ndarray], path: Path, alone: bool = False
    ) -> np.ndarray | None:
        """The true gradient where all inputs, or this one alone, are moved; None if not known.

        The forward is recorded anew each time, for its decisions may be others there.
        """
        paths = {(0, *path)} if alone else set(self.recording.inputs)
        recording, plan, _ = self._recorded(moved_by(self.inputs(), paths, moved))
        shapes = ((recording.outputs[p].shape, sent.shape) for p, sent in self.upstream.items())
        if plan is None or any(made != expected for made, expected in shapes):
            return None
        try:
            return plan.run().gradients(self.upstream).get((0, *path))
        except NotReplayable:
            return None

    def gradients_beside_kinks(self, path: Path, step: float) -> list[np.ndarray]:
        """The true gradient where the arguments of max, min, abs and clip are moved by a step.

        Moving the inputs would hardly ever move all entries at a kink to the same side.
        """
        assert self.plan is not None
        if self.subject.tensors is not None:
            with BesideKinks(step):
                return [self.plan.run().gradients(self.upstream, wrt=[(0, *path)])[0, *path]]

        return beside_kinks(self.plan, self.upstream, (0, *path), step)

    # -- the whole of it, for a diagnosis ---------------------------------------------------------

    def whole(self) -> Whole:
        """Forward and backward in one recording, with the upstream as one more input."""
        if self.subject.tensors is not None:
            return finely_recorded(self, self._whole)
        return self._whole()

    def _whole(self) -> Whole:
        def both(given: Inputs, upstream: dict[Path, Any]) -> Any:
            value, kept = self.subject.forward(given)
            if not self.subject.has_upstream:
                sent: Any = self.sent(value)
            elif isinstance(value, tuple | list):
                sent = tuple(upstream[(0, i)] for i, p in enumerate(value) if (0, i) in upstream)
            else:
                sent = upstream[(0,)]
            made = self.subject.backward(given, value, kept, sent)
            return value, [m.value for m in made], made

        sent = {p: u.copy() if u.ndim else u[()] for p, u in self.upstream.items()}

        def differentiate(path: Path) -> bool:
            return path[0] == 1 or self.subject.differentiable(path[1:])

        given = self.inputs(), sent
        with self.seeded():
            recording = record(both, given, names=self.names, differentiate=differentiate)
        return Whole(recording, [m.of for m in recording.value[2]])
