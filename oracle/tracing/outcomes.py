"""Gradients computed again by the user's own calls, from earlier gradients with other numbers."""

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from oracle.tracing.factors import size
from oracle.tracing.recorded import Stored
from oracle.tracing.rerun import CannotRerun, Line, between
from oracle.tracing.steps import Training
from oracle.tracing.truth import Truth, array, in_shape, same_gradient
from oracle.tracing.updates import Term, Update, is_step_size
from oracle.truth.recording import Note, Value

MOST_SIZES = 12
SAME_FACTOR = 1e-9
MOST_WORK = 150_000  # calls run again in the matching of one step, and again in its judging
MOST_KEPT = 2_000  # results of runs, in case they are asked for again

Changed = MutableMapping[int, np.ndarray]
Decay = tuple[float, np.ndarray]  # λ and λ·W, perhaps without the weights of the bias
NOTHING: Changed = {}


@dataclass(frozen=True, eq=False)
class Match:
    """A stored value, and the forward value that it is meant to be the gradient of."""

    stored: Stored
    of: Value
    how: str  # "use", "value", "name", "part"; "shift": a part, though by value another gradient
    sign: float = 1.0  # -1: a descent direction, which the update adds
    update: Update | None = None
    term: Term | None = None
    instead: Value | None = None  # the gradient, where it is not what was stored

    @property
    def value(self) -> Value:
        return self.stored.value if self.instead is None else self.instead


class Outcomes:
    """The gradients that the updates of a step use, computed again."""

    def __init__(self, training: Training, truth: Truth) -> None:
        self.training = training
        self.truth = truth
        shares = {1.0, *(1 / t.share for _, t in training.used(truth.step) if t.share)}
        # What a gradient may be multiplied by, to be divided by it in an update: m, and −1.
        self.factors = sorted((s * f for f in shares for s in (1, -1)), key=lambda f: abs(f - 1))
        few = [*self.factors, *_sizes(truth)]
        self._known = np.array([*few, *(1 / factor for factor in few)])
        self.work = 0
        self.limit = MOST_WORK
        self.all_work = 0  # in matching and in judging
        self._kept: dict[object, tuple[list[np.ndarray], np.ndarray]] = {}
        self._ratios: dict[Match, list[float]] = {}
        self._stepped: dict[int, bool] = {}  # by the id of a value: a step size is in it
        self._decay: dict[Match, Decay | None] = {}
        self._ways: dict[tuple[int, frozenset[int]], list[Note]] = {}
        self.step_sizes = {
            id(s.value): np.ones(s.value.shape)
            for s in training.stored
            if size(s.value) == 1 and is_step_size(s.text) and not truth.forward.has(s.value)
        }

    @property
    def exhausted(self) -> bool:
        """True if values were computed again too often: then nothing may be called wrong."""
        return self.work > self.limit

    def rerun(self, value: Value, changed: Changed) -> np.ndarray | None:
        """A value as it would be; None if a call on the way cannot be repeated.

        None too where a step is so long that this was asked too often.
        """
        notes = self.way(value, changed)
        met = sorted({at for n in notes for at in self.training.inputs[id(n)] if at in changed})
        if not met:
            return array(value)
        key = id(value), *[(at, id(changed[at])) for at in met]
        if key in self._kept:
            return self._kept[key][1]
        if self.exhausted:
            return None
        self.work += len(notes)
        self.all_work += len(notes)
        here = {at: changed[at] for at in met}
        try:
            (made,) = Line(notes)([value], here)
        except CannotRerun:
            return None
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
            self._ways.clear()
        self._kept[key] = list(here.values()), made  # alive, so that no id is given again
        return made

    def way(self, value: Value, changed: Mapping[int, Any]) -> list[Note]:
        """The calls on the way from some gradients to a value."""
        key = id(value), frozenset(changed)
        if key not in self._ways:
            begin, forward = self.truth.step.begin, self.truth.forward.values
            self._ways[key] = between(value, key[1], self.training, begin, forward)
        return self._ways[key]

    def neutral(self, value: Value, changed: Changed = NOTHING) -> np.ndarray | None:
        """The same without a step size: ``W -= lr * delta @ x.T`` has it inside the product."""
        if id(value) not in self._stepped:
            self._stepped[id(value)] = bool(self.way(value, self.step_sizes))
        return self.rerun(
            value, ChainMap(self.step_sizes, changed) if self._stepped[id(value)] else changed
        )

    def stepless(self, match: Match) -> np.ndarray | None:
        """The term that an update adds, without any step size."""
        made = self.neutral(_unclipped(match.value)[-1])
        return made if made is None else made / _inside(match)

    def want(self, match: Match) -> np.ndarray:
        return match.sign * self.truth.of(match.of)

    def forms(self, match: Match, changed: Changed = NOTHING) -> Iterator[np.ndarray]:
        """The arrays that may be the gradient: with its own weight decay, and without it."""
        decay = self._own_decay(match) or next(self._decays(match, changed), None)
        for form in self._in_update(match, changed):
            yield form
            if decay is not None and form.shape == decay[1].shape:
                yield form - decay[1]

    def _in_update(
        self, match: Match, changed: Changed, every: bool = False
    ) -> Iterator[np.ndarray]:
        """The arrays that may be the gradient: with 1/m and decay of the update, and without them.

        ``every``: also where two of these are the same.
        """
        some: list[np.ndarray] = []
        for value in _unclipped(match.value):
            made = array(value) if not changed else self.rerun(value, changed)
            if made is None:
                return
            some.append(made)
            neutral = self.neutral(value, changed)
            if neutral is not None and (every or not np.array_equal(neutral, made)):
                some.append(neutral)
        update, term = match.update, match.term
        if _inside(match) != 1:
            some = [some[-1] / _inside(match), *some]
        for one in some:
            yield one
            if term is None or update is None:
                continue
            if term.share != 1:
                yield abs(term.share) * one  # its sign is in the match's
            decay = (update.keeps - 1) / term.factor * array(match.of)
            if decay.shape == one.shape and (every or np.any(decay)):
                yield one + decay

    def is_right(self, match: Match, changed: Changed = NOTHING) -> bool:
        agrees = self.truth.agrees
        return any(agrees(form, match.of, match.sign) for form in self.forms(match, changed))

    def decay(self, match: Match) -> float:
        """λ, where a gradient is the true one and λ times its parameter; 0 if it is not."""
        own = self._own_decay(match)
        return own[0] if own is not None else 0.0

    def _own_decay(self, match: Match) -> Decay | None:
        if match not in self._decay:
            self._decay[match] = next(self._decays(match, NOTHING), None)
        return self._decay[match]

    def _decays(self, match: Match, changed: Changed) -> Iterator[Decay]:
        want, parameter = self.want(match), array(match.of)
        if match.how != "use" or parameter.size <= 2:
            return
        for form in self._in_update(match, changed):
            if form.shape == parameter.shape == want.shape:
                for weights in _weights(parameter):
                    found = _ratio(form - want, weights)
                    decay = found * weights
                    if not 0 < found * match.sign < 1 or same_gradient(form, want):
                        continue
                    if self.truth.agrees(form - decay, match.of, match.sign):
                        yield found, decay

    def ratio_with_decay(self, got: np.ndarray, match: Match) -> float | None:
        """The number r with got = r·gradient + λ·W, where λ has the sign of r."""
        want, parameter = self.truth.of(match.of), array(match.of)
        if not got.shape == want.shape == parameter.shape or got.size <= 3:
            return None
        for weights in _weights(parameter):
            both = np.stack([want.ravel(), weights.ravel()], axis=1)
            (ratio, decay), *_ = np.linalg.lstsq(both, got.ravel(), rcond=None)
            off = np.max(np.abs(both @ (ratio, decay) - got.ravel()))
            if ratio * decay > 0 and off <= 1e-11 * np.max(np.abs(got)):
                return float(ratio)
        return None

    def ratios(self, match: Match, changed: Changed) -> list[float]:
        """The numbers r with: what the update makes of it is r times the gradient."""
        if not changed and match in self._ratios:
            return self._ratios[match]
        forms = self.forms(match, changed)
        numbers = [r for form in forms if (r := self.multiple(match.sign * form, match.of))]
        found = list(dict.fromkeys(numbers))
        if not changed:
            self._ratios[match] = found
        return found

    def scales(
        self, match: Match, changed: Changed, others: Changed = NOTHING, factor: float = 1.0
    ) -> list[float]:
        """The numbers c with: what follows from c times some numbers is the gradient, × a factor.

        ``others``: what else is as it should be. What follows may have a part of its own, as a
        weight decay.
        """
        zeros: Changed = {at: np.zeros_like(number) for at, number in changed.items()}
        none, changed = ChainMap(zeros, others), ChainMap(changed, others)
        want, found = factor * self.want(match), []
        both = (self._in_update(match, numbers, every=True) for numbers in (none, changed))
        forms = zip(*both, strict=False)
        for own, whole in forms:
            if own.shape != want.shape or whole.shape != want.shape:
                continue
            scale = _ratio(want - own, whole - own)
            if not scale or (want.size <= 2 and not self.is_known(scale)):
                continue
            if self.truth.agrees(own + scale * (whole - own), match.of, factor * match.sign):
                found.append(scale)
        if not found and next(self._decays(match, changed), None):
            return [1.0]
        return found

    def multiple(self, got: np.ndarray, of: Value) -> float | None:
        """The number r with got = r·gradient; of one or two numbers only a factor that is known.

        Known are the factors of the updates, and numbers of samples or entries, once or twice.
        """
        want = self.truth.of(of)
        got = in_shape(got, want.shape)
        ratio = _ratio(got, want)
        if ratio == 0.0:
            return self.factors[0] if self.truth.agrees(got, of) else None
        if not self.truth.agrees(got, of, ratio):
            return None
        near = np.abs(self._known / ratio - 1)
        if near.min() < SAME_FACTOR:
            return float(self._known[near.argmin()])
        return ratio if got.size > 2 else None

    def is_known(self, ratio: float) -> bool:
        """True for a factor of the updates, and for a number of samples or entries."""
        return ratio in (1.0, -1.0) or bool(np.min(np.abs(self._known / ratio - 1)) < SAME_FACTOR)


def _unclipped(value: Value) -> list[Value]:
    """A gradient as it is, and before it was clipped in place."""
    note = value.note
    if note is not None and note.op == "read":
        note = max(
            (v.note for v in note.inputs if v.note), key=lambda n: n.op == "clip", default=None
        )
    if note is None or note.op != "clip" or not note.args or not isinstance(note.args[0], Value):
        return [value]
    return [value, note.args[0]]


def _weights(parameter: np.ndarray) -> Iterator[np.ndarray]:
    """A parameter that decays: all of it, or without a first or last row, the bias's."""
    yield parameter
    for axis, extent in enumerate(parameter.shape):
        for at in (0, -1) if extent > 3 else ():
            some = parameter.copy()
            some[(slice(None),) * axis + (at,)] = 0.0
            yield some


def _inside(match: Match) -> float:
    """The step size that is written within the product that an update adds."""
    term = match.term
    return term.inside if term is not None and term.literal == 1 else 1.0


def _sizes(truth: Truth) -> list[float]:
    """The numbers by which a sum may be divided later: m, and the 2 of a squared error."""
    shapes = {v.shape for v in truth.forward.values.values()}
    extents = {float(n) for shape in shapes for n in (*shape, int(np.prod(shape, dtype=int)))}
    found = [n * f for n in sorted(extents - {0.0, 1.0})[:MOST_SIZES] for f in (1.0, 0.5, 2.0)]
    return [s * n for n in found if n != 1 for s in (1, -1)]


def _ratio(array: np.ndarray, of: np.ndarray) -> float:
    """The number r for which r·of is the nearest to an array; 0 if there is none."""
    square = float(np.vdot(of, of))
    if array.shape != of.shape or square <= 0 or not np.isfinite(square):
        return 0.0
    found = float(np.vdot(of, array)) / square
    return found if np.isfinite(found) else 0.0
