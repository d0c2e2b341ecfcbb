"""The truth of one step: the gradient of the loss with respect to every value of its forward.

The forward is what the loss was computed from, back to the parameters as they stood before the
step's updates, and to whatever is older than the step. Torch replays these calls once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from oracle.trace.steps import Step, Training
from oracle.truth.recording import Note, Recording, Value
from oracle.truth.replay import NotReplayable, Plan, Run


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

    Raises:
        NotReplayable: torch cannot replay a call of the forward.
    """

    def __init__(self, training: Training, step: Step, loss: Loss) -> None:
        self.step = step
        self.loss = loss
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
        self.run: Run = self.plan.run()
        self.run.check()
        upstream = {("loss", i): u for i, u in enumerate(loss.upstream)}
        values = [v for v in self.forward.values.values() if self._is_followed(v)]
        found = self.run.gradients(upstream, wrt=values, retain_graph=True)
        self._gradients = {id(value): np.asarray(found[value]) for value in values}
        self.values = values

    def _is_followed(self, value: Value) -> bool:
        return np.asarray(value.array).dtype.kind == "f" and self.run.tensor(value).requires_grad

    def of(self, value: Value) -> np.ndarray:
        return self._gradients[id(value)]

    def has(self, value: Value) -> bool:
        return id(value) in self._gradients


__all__ = ["Forward", "Loss", "NotReplayable", "Truth", "array"]
