"""Confirming an accusation: the recorded forward, run again by NumPy, sides with the truth."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from oracle.tracing.rerun import Line
from oracle.tracing.steps import Training
from oracle.tracing.truth import Truth, array
from oracle.truth import confirm
from oracle.truth.recording import Path, Value


class _Forward:
    """The loss as a function of one value of the forward, in the form that ``confirm`` asks for."""

    def __init__(self, truth: Truth, value: Value, training: Training) -> None:
        self.inputs: dict[Path, np.ndarray] = {("it",): array(value)}
        self.upstream: Any = dict(enumerate(truth.loss.upstream))
        self._loss = truth.loss
        self._value = truth.whole(value)
        self._at = truth.users(value)
        moved = {id(v) for note in self._at for v in note.outputs} or {id(self._value)}
        notes = []
        for note in truth.forward.notes:
            if note in self._at or not moved.isdisjoint(training.inputs[id(note)]):
                notes.append(note)
                moved.update(id(v) for v in note.outputs)
        self._line = Line(notes)

    def __call__(self, inputs: Mapping[Path, np.ndarray]) -> float:
        moved = np.asarray(inputs.get(("it",), self.inputs["it",]), float)
        changed = {id(self._value): moved}
        return float(self._loss.of(self._line(self._loss.values, changed, self._at)))


def side(truth: Truth, value: Value, candidate: np.ndarray, training: Training) -> confirm.Side:
    """Which of truth and candidate the differences of the loss along some directions fit.

    A candidate of another shape cannot be compared: then the truth must fit, and 0 must not.
    """
    true = truth.of(value)
    if np.shape(candidate) != true.shape:
        candidate = np.zeros(true.shape)
    forward: Any = _Forward(truth, value, training)
    return confirm.confirm(forward, ("it",), true, candidate, seed=0)
