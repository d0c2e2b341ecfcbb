"""Every intermediate of forward and backward in a failing case, with its true gradient.

What a mistake at one place of the backward does to all that is computed after it is known exactly,
because backpropagation is linear: an error ε in the gradient of V adds the vector-Jacobian product
of ε from V to each input. Blame and diagnosis both rest on that (``Evidence.carried``).
"""

import copy
import functools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from oracle.diagnosis.statements import Step, steps_of
from oracle.judging.ground_truth import Whole
from oracle.judging.trial import Trial
from oracle.judging.verdict import agree
from oracle.subject import Path
from oracle.truth import torch_compat
from oracle.truth.guards import removal
from oracle.truth.recording import Note, Value
from oracle.truth.replay import NotReplayable, Plan, Run
from oracle.truth.work import spend_back

PROBES = 2


@dataclass(frozen=True)
class Alike:
    """The intermediates of one shape, and their true gradients, a row each."""

    values: tuple[Value, ...]
    true: np.ndarray


def _is_negated(value: Value) -> bool:
    return value.note is not None and value.note.op == "negative"


class Evidence:
    """One case, recorded forward and backward together; guards are taken out of both."""

    def __init__(self, trial: Trial) -> None:
        self.subject = trial.subject
        self.case = trial.case
        self.trial = trial
        self.whole: Whole = trial.whole()
        self.recording = self.whole.recording
        self.outputs = self.whole.outputs()
        self.plan = Plan(self.recording, self.outputs.values())
        self.made: dict[Path, Value] = self.whole.gradients()
        self.guarded: dict[Note, Any] = {}
        self._mends: dict[Value, torch.Tensor] = {}  # arrays of the backward, made right
        self.run = self._run()
        self.largest_upstream = self.trial.largest_upstream
        self.inputs: dict[Path, Value] = {
            p[1:]: v for p, v in self.recording.inputs.items() if p[0] == 0
        }
        self.upstreams: dict[Path, np.ndarray] = self.trial.upstream
        self.forward: list[Value] = [
            v for step in self.plan.steps for v in step.outputs if v.active and self._has(v)
        ]
        self._true = self._gradients(self.run)
        self._alike: dict[tuple[int, ...], Alike] = {}
        self._rows: dict[tuple[tuple[int, ...], Value], list[tuple[np.ndarray, np.ndarray]]] = {}
        self._probes: dict[Value, list[tuple[np.ndarray, dict[Value, np.ndarray]]]] = {}
        self.slopes: dict[tuple[int, int], torch.Tensor] = {}  # of elementwise units, once known
        self.got = {p: self.number(v) for p, v in self.made.items()}

    def _run(self) -> Run:
        """Torch's run of it all: of the forward only, if there are no guards to be taken out."""
        guards = removal(self.recording.notes)
        if not guards:
            return self.plan.run()
        backward = [v for note in self._backward_notes() for v in note.outputs if v.active]
        try:
            everything = Plan(self.recording, [*self.outputs.values(), *backward])
            needed = {step.note for step in everything.steps}
            self.guarded = {note: f for note, f in guards.items() if note in needed}
            return everything.run(instead=self.guarded)
        except NotReplayable:
            self.guarded = {}
            return self.plan.run()

    def _backward_notes(self) -> list[Note]:
        return [note for note in self.recording.notes if note not in self._needed]

    @property
    def guards_in_backward(self) -> bool:
        return any(note not in self._needed for note in self.guarded)

    def _has(self, value: Value) -> bool:
        return self.run.tensor(value).requires_grad

    def _gradients(self, run: Run) -> dict[Value, np.ndarray]:
        """The gradient of every intermediate and input of a run, in one pass."""
        points = [v for v in (*self.inputs.values(), *self.forward) if self._has(v)]
        tensors = [run.tensor(v) for v in points]
        found = self._back(run, tensors)
        return {
            value: np.zeros(tuple(t.shape)) if gradient is None else gradient.numpy()
            for value, t, gradient in zip(points, tensors, found, strict=True)
        }

    def _back(self, run: Run, tensors: list[torch.Tensor]) -> tuple[torch.Tensor | None, ...]:
        """The gradients of Σ upstream·output with respect to some tensors of a run."""
        spend_back(len(self.plan.steps))
        ends = [(run.tensor(v), self.upstreams[p]) for p, v in self.outputs.items()]
        ends = [(end, sent) for end, sent in ends if end.requires_grad]
        return torch_compat.gradients(
            [end for end, _ in ends],
            tensors,
            [torch.from_numpy(np.array(sent, float)) for _, sent in ends],
            retain_graph=True,
        )

    def mended(self, value: Value, array: np.ndarray) -> "Evidence | None":
        """The same case if one array of the backward had been right; None if that cannot be run.

        What the user's code makes of it is computed anew, so what is still wrong has a mistake of
        its own.
        """
        other = copy.copy(self)
        other._mends = {**self._mends, value: torch.from_numpy(np.array(array, float))}
        given = {v: lambda of, made, to=to: to for v, to in other._mends.items()}
        backward = [v for note in self._backward_notes() for v in note.outputs if v.active]
        try:
            plan = Plan(self.recording, [*self.outputs.values(), *backward])
            other.run = plan.run(instead=self.guarded, after=given)
        except (NotReplayable, RuntimeError, ValueError, TypeError, IndexError):
            return None
        other.got = {p: other.number(v) for p, v in other.made.items()}
        return other

    def mutated(
        self,
        value: Value,
        instead: Mapping[Note, Any] | None = None,
        after: Mapping[Value, Any] | None = None,
        inputs: Mapping[Path, Any] | None = None,
        upstreams: Mapping[Path, Any] | None = None,
    ) -> np.ndarray | None:
        """The gradient of a value if some things were different; None if that cannot be run."""
        changes = {**self.guarded, **(instead or {})}
        changes = {note: change for note, change in changes.items() if note in self._needed}
        moved = {(0, *path): array for path, array in (inputs or {}).items()}
        try:
            run = self.plan.run(moved or None, instead=changes, after=after)
            run.again = None
            return run.gradients(upstreams or self.upstreams, wrt=[value])[value]
        except (NotReplayable, RuntimeError, ValueError, TypeError, IndexError):
            return None

    def scaled(self, of: Value, ratios: Mapping[Value, torch.Tensor]) -> np.ndarray | None:
        """The gradient of a value if what comes back to some others were so many times as much.

        One pass back, where ``mutated`` runs the forward once more as well.
        """
        hooks = [
            self.run.tensor(value).register_hook(lambda above, by=by: above * by)
            for value, by in ratios.items()
        ]
        try:
            (found,) = self._back(self.run, [self.run.tensor(of)])
        finally:
            for hook in hooks:
                hook.remove()
        return None if found is None else found.numpy()

    def given(
        self, arrays: Mapping[Value, np.ndarray]
    ) -> tuple[dict[Path, np.ndarray], dict[Value, np.ndarray]]:
        """The gradients of the inputs if those of some intermediates were other arrays.

        Returns:
            The gradients; and of each intermediate, what had come back to it by then.
        """
        came: dict[Value, np.ndarray] = {}

        def instead(value: Value, array: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
            def hook(above: torch.Tensor) -> torch.Tensor:
                came[value] = above.numpy().copy()
                return array

            return hook

        hooks = [
            self.run.tensor(value).register_hook(instead(value, torch.from_numpy(array.copy())))
            for value, array in arrays.items()
        ]
        try:
            found = self._back(self.run, [self.run.tensor(v) for v in self.inputs.values()])
        finally:
            for hook in hooks:
                hook.remove()
        gradients = {
            path: np.zeros(value.shape) if gradient is None else gradient.numpy()
            for (path, value), gradient in zip(self.inputs.items(), found)
        }
        return gradients, came

    def carried_to(self, value: Value, error: np.ndarray, to: Value) -> np.ndarray:
        """The error of an earlier gradient that an error in an intermediate's comes to."""
        return self._carried(value, error, [to])[0]

    def carried(
        self, value: Value, error: np.ndarray, paths: Iterable[Path]
    ) -> dict[Path, np.ndarray]:
        """The errors of the inputs' gradients that an error in an intermediate's comes to."""
        paths = list(paths)
        return dict(zip(paths, self._carried(value, error, [self.inputs[p] for p in paths])))

    def _carried(self, value: Value, error: np.ndarray, to: list[Value]) -> list[np.ndarray]:
        spend_back(len(self.plan.steps))
        start, points = self.run.tensor(value), [self.run.tensor(v) for v in to]
        sent = torch.from_numpy(np.array(error, float)).reshape(start.shape)
        found = torch_compat.gradients([start], points, [sent], retain_graph=True)
        return [np.zeros(tuple(t.shape)) if g is None else g.numpy() for t, g in zip(points, found)]

    def of_shape(self, shape: tuple[int, ...]) -> list[Value]:
        """The forward's intermediates of one shape, in order."""
        return self._by_shape.get(shape, [])

    @functools.cached_property
    def _by_shape(self) -> dict[tuple[int, ...], list[Value]]:
        found: dict[tuple[int, ...], list[Value]] = {}
        for value in self.forward:
            found.setdefault(value.shape, []).append(value)
        return found

    def probes(self, value: Value, to: Value) -> list[tuple[np.ndarray, np.ndarray]]:
        """Pairs (r, J·r) of random directions of a value ``to`` and what they are at ``value``.

        What an error e at ``value`` adds to the gradient of ``to`` has the product ⟨J·r, e⟩ with
        r: so an error is ruled out without being carried. There are none where torch cannot tell.
        """
        if to not in self._probes:
            self._probes[to] = self._probed(to)
        nowhere = np.zeros(value.shape)
        return [
            (r, r if value is to else forth.get(value, nowhere)) for r, forth in self._probes[to]
        ]

    def alike(self, shape: tuple[int, ...]) -> Alike:
        """The intermediates of one shape with their true gradients, the last first.

        −z is skipped: taken for a gradient of it, a wrong sign would be right.
        """
        if shape not in self._alike:
            values = [v for v in reversed(self.of_shape(shape)) if not _is_negated(v)]
            rows = np.array([np.ravel(self.true(v)) for v in values])
            self._alike[shape] = Alike(tuple(values), rows.reshape(len(values), math.prod(shape)))
        return self._alike[shape]

    def probes_of(self, shape: tuple[int, ...], to: Value) -> list[tuple[np.ndarray, np.ndarray]]:
        """The probes of all intermediates of one shape, a row each: see ``probes``."""
        key = shape, to
        if key not in self._rows:
            values = self.alike(shape).values
            each = [self.probes(value, to) for value in values]
            self._rows[key] = [
                (some[0][0], np.array([np.ravel(forth) for _, forth in some]))
                for some in zip(*each, strict=True)
            ]
        return self._rows[key]

    def _probed(self, to: Value) -> list[tuple[np.ndarray, dict[Value, np.ndarray]]]:
        """Directions of a value, and how all others move in them.

        Σ Jₖᵀuₖ is linear in the upstreams uₖ of all the others: its derivative along r is Jₖr.
        """
        start = self.run.tensor(to)
        ends = {v: self.run.tensor(v) for v in self.forward}
        sent = [torch.zeros_like(end, requires_grad=True) for end in ends.values()]
        rng = np.random.default_rng(0)
        found = []
        try:
            (back,) = torch_compat.gradients(list(ends.values()), [start], sent, create_graph=True)
            if back is None:
                return []
            for _ in range(PROBES):
                r = np.asarray(rng.standard_normal(to.shape))
                moved = torch_compat.gradients([back], sent, [torch.from_numpy(r)], True)
                forth = {k: t.numpy() for k, t in zip(ends, moved) if t is not None}
                found.append((r, forth))
        except RuntimeError:
            return []
        return found

    @functools.cached_property
    def _needed(self) -> set[Note]:
        return {step.note for step in self.plan.steps}

    @functools.cached_property
    def users(self) -> dict[int, list[Note]]:
        """The calls of the forward that use each value, by its id."""
        found: dict[int, list[Note]] = {}
        for step in self.plan.steps:
            for value in step.note.inputs:
                if step.note not in found.setdefault(id(value), []):
                    found[id(value)].append(step.note)
        return found

    def after_value(self, value: Value) -> set[int]:
        """The ids of the forward's values that depend on a value, and of itself."""
        reached = {id(value)}
        for step in self.plan.steps:
            if any(id(v) in reached for v in step.note.inputs):
                reached.update(id(v) for v in step.outputs)
        return reached

    def true(self, value: Value) -> np.ndarray:
        """The true gradient of an intermediate or an input."""
        return self._true[value]

    def number(self, value: Value) -> np.ndarray:
        """An intermediate's numbers."""
        return self.run.tensor(value).detach().numpy()

    def would_be(self, path: Path, given: Path, array: np.ndarray) -> np.ndarray | None:
        """A returned gradient, if another one that it is computed from were another array."""
        target, source = self.made.get(path), self.made.get(given)
        if target is None or source is None or not self._is_made_of(target, source):
            return None
        tensor = torch.from_numpy(np.array(array, float))
        try:
            run = Plan(self.recording, [target]).run(after={source: lambda of, made: tensor})
        except NotReplayable:
            return None
        return run.tensor(target).detach().numpy()

    def _is_made_of(self, value: Value, source: Value) -> bool:
        queue, seen = [value], set()
        while queue:
            one = queue.pop()
            if one.note is None or id(one) in seen:
                continue
            seen.add(id(one))
            inputs = [v for v in one.note.inputs if v.active]
            if source in inputs:
                return True
            queue += inputs
        return False

    @property
    def is_finite(self) -> bool:
        """False where a guard is needed: without it a gradient has no value to compare with."""
        return not self.guarded or all(np.isfinite(self.want(path)).all() for path in self.got)

    def want(self, path: Path) -> np.ndarray:
        return self.true(self.inputs[path])

    def same(self, a: np.ndarray, b: np.ndarray, scale: float = 0.0) -> bool:
        """True if two arrays agree to rounding."""
        return agree(a, b, max(self.largest_upstream, scale))

    def wrong_paths(self) -> list[Path]:
        return [p for p in self.got if not self.same(self.got[p], self.want(p))]

    def steps(self) -> list[Step]:
        """The arrays of the backward, in order."""
        return steps_of(self._backward_notes())
