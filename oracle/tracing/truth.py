"""The truth of one step: the gradient of the loss with respect to every value of its forward.

The forward is what the loss was computed from, back to the parameters as they stood before the
step's updates, and to whatever is older than the step. Torch replays these calls once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from oracle.judging.verdict import WRONG_AT, agree
from oracle.tracing.steps import Step, Training
from oracle.tracing.surroundings import Surroundings
from oracle.truth import guards, torch_compat
from oracle.truth.recording import Note, Recording, Value
from oracle.truth.replay import NotReplayable, Plan, Run
from oracle.truth.replay.steps import Step as Replayed

NEARLY = 1e-6  # of the largest gradient: what is farther off is no rounding
MOST_USES = 64  # of one parameter in a step


@dataclass(frozen=True)
class Loss:
    """A loss as a function of recorded values, with its derivative by each of them."""

    name: str
    line: int
    values: tuple[Value, ...]
    upstream: tuple[np.ndarray, ...]
    computed: bool = True  # False: the script computes no loss, and these gradients are of this one
    function: Callable[[Sequence[np.ndarray]], float] | None = None  # None: linear in the values

    def of(self, arrays: Sequence[np.ndarray]) -> float:
        if self.function is not None:
            return self.function(arrays)
        return float(sum(np.sum(u * a) for u, a in zip(self.upstream, arrays, strict=True)))


def array(value: Value) -> np.ndarray:
    return np.asarray(value.array, float)


def same_gradient(got: np.ndarray, want: np.ndarray) -> bool:
    """True if they agree; a single number may have any shape of one entry."""
    if got.shape != want.shape and got.size == want.size == 1:
        got = got.reshape(want.shape)
    return agree(got, want)


class Forward:
    """The calls that some values were computed by in a step, back to what was there before it."""

    def __init__(self, training: Training, step: Step, values: Sequence[Value]) -> None:
        ends = {id(v) for v in step.parameters}
        self.leaves: dict[int, Value] = {}
        self.values: dict[int, Value] = {}
        queue = list(values)
        while queue:
            value = queue.pop()
            if id(value) in self.values:
                continue
            self.values[id(value)] = value
            note = value.note
            if id(value) in ends or note is None or training.index[id(note)] < step.begin:
                self.leaves[id(value)] = value
                continue
            queue.extend(v for v in note.inputs if v.active)
        found = {id(v.note): v.note for k, v in self.values.items() if k not in self.leaves}
        self.notes: list[Note] = sorted(
            (note for note in found.values() if note is not None),
            key=lambda note: training.index[id(note)],
        )

    def has(self, value: Value) -> bool:
        return id(value) in self.values


class Truth:
    """The gradients of a loss in a step.

    ``guarded=False``: those of the loss without its guards, such as the ε of ``log(p + ε)``.

    Raises:
        NotReplayable: torch cannot replay a call of the forward.
    """

    def __init__(self, training: Training, step: Step, loss: Loss, guarded: bool = True) -> None:
        self.training = training
        self.step = step
        self.loss = loss
        self.guarded = guarded
        self.forward = Forward(training, step, loss.values)
        inputs: dict[Any, Value] = {}
        for leaf in self.forward.leaves.values():
            name = training.name(leaf) or "a constant"
            while (0, name) in inputs:
                name += "'"
            inputs[0, name] = leaf
        outputs: dict[Any, Value] = {("loss", i): v for i, v in enumerate(loss.values)}
        notes = tuple(self.forward.notes)
        self.recording = Recording(None, inputs, outputs, notes, ())
        self.plan = Plan(self.recording)
        if guarded:
            self.run: Run = self.plan.run()
            self.run.check()
        else:  # another value is what this is for
            self.run = self.plan.run(instead=guards.removal(notes))
        upstream = {("loss", i): u for i, u in enumerate(loss.upstream)}
        values = [v for v in self.forward.values.values() if self._is_followed(v)]
        found = self.run.gradients(upstream, wrt=values, retain_graph=True)
        self._gradients = {id(value): np.asarray(found[value]) for value in values}
        self.scale = max((float(np.max(np.abs(g), initial=0.0)) for g in found.values()), default=0)
        self.surroundings = Surroundings(self.plan, upstream, found)
        self.values = values
        self._parts: dict[int, tuple[Value, Note]] = {}

    def add_parts(self) -> None:
        """Find the gradients of parameters by what each use of them adds, if not yet done."""
        if not self._parts:
            for value in [v for v in self.values if id(v) in self.forward.leaves]:
                self._add_parts(value)

    def _add_parts(self, value: Value) -> None:
        """The gradient of a parameter that is used several times, by what each use adds to it.

        Each part stands for the parameter as that one call got it.
        """
        users = [note for note in self.forward.notes if any(v is value for v in note.inputs)]
        if not 1 < len(users) <= MOST_USES:
            return
        for note in users:
            made = [v for v in note.outputs if v.active and id(v) in self._gradients]
            known = {id(v): self.run.tensor(v).detach() for v in note.inputs if v.active}
            own = known[id(value)] = known[id(value)].clone().requires_grad_()
            try:
                Replayed(note).run(known, None)
                found = torch_compat.gradients(
                    [known[id(v)] for v in made], [own],
                    [torch.from_numpy(np.array(self._gradients[id(v)])) for v in made],
                )  # fmt: skip
            except (NotReplayable, RuntimeError, KeyError):
                return
            part = Value(value.array, True)
            self._parts[id(part)] = value, note
            self._gradients[id(part)] = (
                np.zeros(value.shape) if found[0] is None else found[0].numpy()
            )
            self.values = [*self.values, part]

    def whole(self, value: Value) -> Value:
        """The parameter that a part is a part of; any other value itself."""
        return self._parts[id(value)][0] if id(value) in self._parts else value

    def maker(self, value: Value) -> Note | None:
        """The call that made a value; of a part, the one that used it."""
        return self._parts[id(value)][1] if id(value) in self._parts else value.note

    def is_part(self, value: Value) -> bool:
        return id(value) in self._parts

    def _is_followed(self, value: Value) -> bool:
        return np.asarray(value.array).dtype.kind == "f" and self.run.tensor(value).requires_grad

    def without_guards(self) -> "Truth | None":
        """The gradients that ignore the guards of the forward; None if it has none."""
        if not any(map(guards.has_guard, self.forward.notes)):
            return None
        return Truth(self.training, self.step, self.loss, guarded=False)

    def of(self, value: Value) -> np.ndarray:
        return self._gradients[id(value)]

    def agrees(self, got: np.ndarray, value: Value, factor: float = 1.0) -> bool:
        """True if an array is a multiple of a value's gradient, to measured rounding.

        A single number may have any shape of one entry. What is 0 but for rounding agrees.
        """
        want = factor * self.of(value)
        if same_gradient(got, want):
            return True
        if got.size == want.size == 1:
            got = got.reshape(want.shape)
        if got.shape != want.shape or not want.size:
            return False
        off = float(np.max(np.abs(got - want)))
        if not off <= NEARLY * abs(factor) * self.scale:
            return False
        return off <= WRONG_AT * abs(factor) * self.unit(value)

    def unit(self, value: Value) -> float:
        """By how much rounding alone moves the gradient of a value."""
        return self.surroundings.unit(self.whole(value))

    def allows(self, got: np.ndarray, value: Value) -> bool:
        """True if an array is a value's gradient but for its choice at a kink."""
        if self.is_part(value) or got.shape != self.of(value).shape:
            return False
        return self.surroundings.allows(value, got)

    def has(self, value: Value) -> bool:
        return id(value) in self._gradients


__all__ = ["Forward", "Loss", "NotReplayable", "Truth", "array", "same_gradient"]
