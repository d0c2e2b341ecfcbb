"""A loss beside the gradients of a step: how many of the parameters' gradients are its own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from oracle.diagnosis.blame import multiple
from oracle.tracing.factors import size
from oracle.tracing.outcomes import Match, Outcomes
from oracle.tracing.shared import is_shared
from oracle.tracing.steps import Step, Training
from oracle.tracing.truth import Loss, NotReplayable, Truth, array


@dataclass(frozen=True)
class Fit:
    """A loss, its gradients, and how many of the parameters' gradients fit them."""

    truth: Truth
    right: int
    multiples: int
    used: int  # gradients that an update subtracts or adds
    shared: bool = True  # the gradients are computed from the forward of this very loss

    @property
    def score(self) -> tuple[int, int]:
        return self.right + self.multiples, self.right

    @property
    def is_whole(self) -> bool:
        return 0 < self.right == self.used


def fit_of(training: Training, step: Step, loss: Loss) -> Fit | None:
    try:
        truth = Truth(training, step, loss)
    except NotReplayable:
        return None
    outcomes = Outcomes(training, truth)
    right = multiples = used = 0
    for match in matches(training, truth):
        if not np.any(truth.of(match.of)) and not np.any(array(match.value)):
            continue
        used += 1
        if any(outcomes.is_right(replace(match, sign=sign)) for sign in (1.0, -1.0)):
            right += 1
        elif outcomes.ratios(match, {}):
            multiples += 1
    if not step.updates:
        right = used = _on_a_sheet(training, truth)
    shared = bool(right) or not step.updates or is_shared(training, step, truth)
    return Fit(truth, right, multiples, used, shared)


def matches(training: Training, truth: Truth) -> Iterator[Match]:
    """The gradients that the updates of a step use, of parameters that the loss depends on."""
    for update, term in training.used(truth.step):
        if truth.has(update.old):
            yield Match(update.stored, update.old, "use", 1.0, update, term, term.value)


def _on_a_sheet(training: Training, truth: Truth) -> int:
    """Without updates: how many stored arrays are a gradient of this loss."""
    stored = [s.value for s in training.stored if not truth.forward.has(s.value)]
    made = {id(v): array(v) for v in stored if v.note is not None and size(v) > 2}
    count = 0
    for got in made.values():
        known = [v for v in truth.values if v.shape == got.shape and np.any(truth.of(v))]
        count += any(truth.agrees(got, v) for v in known)
    return count


def with_factor(training: Training, step: Step, fit: Fit) -> Fit:
    outcomes = Outcomes(training, fit.truth)
    plain, ratios = [], []
    for match in matches(training, fit.truth):
        made = outcomes.stepless(match)
        ratio = None if made is None else multiple(made, fit.truth.of(match.of))
        if made is not None and made.size <= 2:  # such as 2/N of a line's slope
            ratio = outcomes.multiple(made, match.of)
        if made is not None and ratio is None:
            ratio = outcomes.ratio_with_decay(made, match)
        if ratio is not None and match.term is not None:
            plain.append(abs(ratio))
            ratios.append(abs(ratio * match.term.share))
    counts = [sum(bool(np.isclose(a, b)) for b in ratios) for a in ratios]
    factor = ratios[int(np.argmax(counts))] if ratios else 1.0
    if np.isclose(factor, 1.0):
        return fit
    loss = fit.truth.loss
    function = loss.function
    assert function is not None
    scaled = replace(
        loss,
        name=_scaled_name(loss, factor),
        upstream=tuple(factor * u for u in loss.upstream),
        function=lambda arrays: factor * function(arrays),
    )
    found = fit_of(training, step, scaled)
    if plain and np.allclose(plain, 1.0) and (found is None or found.right <= fit.right):
        return fit  # a sum, which the update divides by the number of samples
    return found or fit


def _scaled_name(loss: Loss, factor: float) -> str:
    shape = loss.values[0].shape
    base = loss.name
    twice = base.removeprefix("½ ") if base.startswith("½ ") else f"2·{base}"
    for extent, what in ((n, f"/{n}") for n in (*shape, int(np.prod(shape, dtype=int)))):
        if extent > 1 and np.isclose(factor, 1 / extent):
            return f"{base}{what}"
        if extent > 1 and np.isclose(factor, 2 / extent):
            return f"{twice}{what}"
    return twice if np.isclose(factor, 2) else f"{factor:.4g}·{base}"
