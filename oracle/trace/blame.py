"""Which of the wrong gradients are wrong by themselves, and which follow from others.

Each gradient is computed again from what it should have been computed from: the user's own calls,
with the true gradients in the place of the user's earlier ones. What then comes out right was only
inherited. A constant factor may be deferred: dZ without 1/m is right if dW puts it in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from oracle.diagnosis.blame import multiple
from oracle.trace.match import Match, Matcher, same_gradient
from oracle.trace.rerun import CannotRerun, rerun
from oracle.trace.truth import array
from oracle.truth.recording import Value


@dataclass(frozen=True, eq=False)
class Judged:
    """The verdict on one gradient in one step."""

    match: Match
    verdict: str  # "correct", "inherited", "wrong", "undecidable"
    want: np.ndarray
    factor: float = 1.0  # of the true gradient, deferred or for a descent direction
    made: np.ndarray | None = None  # a wrong one as it is with right gradients before it
    inherits: tuple[Match, ...] = ()
    updated: tuple[Match, ...] = ()  # updates of weights that it uses after them
    why: str = ""


@dataclass
class _State:
    """What is known so far: what each earlier gradient should have been."""

    should: dict[int, np.ndarray] = field(default_factory=dict)
    factor: dict[int, float] = field(default_factory=dict)


class Blame:
    """The verdicts of one step."""

    def __init__(self, matcher: Matcher, matches: Sequence[Match]) -> None:
        self.matcher = matcher
        self.truth = matcher.truth
        self.training = matcher.training
        self.matches = matches
        self.by_value: dict[int, Match] = {}
        for match in matches:
            self.by_value.setdefault(id(match.value), match)
        self.state = _State()
        self.judged: dict[Match, Judged] = {}

    def verdicts(self) -> list[Judged]:
        for match in self.matches:
            judged = self._judge(match)
            self.judged[match] = judged
            key = id(match.value)
            if self.by_value[key] is match:
                self.state.factor[key] = judged.factor
                if judged.verdict in ("wrong", "inherited"):
                    self.state.should[key] = judged.factor * self.truth.of(match.of)
        return list(self.judged.values())

    def _judge(self, match: Match) -> Judged:
        want = match.sign * self.truth.of(match.of)
        got = array(match.value)
        if not np.isfinite(want).all():
            return Judged(match, "undecidable", want, why="the true gradient is not finite")
        if not np.any(want) and not np.any(got):
            return Judged(match, "undecidable", want, why="the gradient is 0 in every entry")
        if same_gradient(got, want) or self._right_in_its_update(match, got, want):
            return Judged(match, "correct", want, match.sign)
        factor = self._multiple(got, self.truth.of(match.of))
        if match.how != "use" and factor is not None and self._is_deferred(match, factor):
            return Judged(match, "correct", factor * self.truth.of(match.of), factor)
        return self._wrong(match, got, want)

    def _multiple(self, got: np.ndarray, true: np.ndarray) -> float | None:
        """The factor of a gradient; of one or two numbers, one that the updates know."""
        for factor in self.matcher.factors:
            if same_gradient(got, factor * true):
                return factor
        return multiple(got, true)

    def _right_in_its_update(self, match: Match, got: np.ndarray, want: np.ndarray) -> bool:
        """True if what the update makes of it is right: 1/m or the decay of weights stand there.

        A step size may stand inside as well: ``W -= lr * delta @ x.T`` has no gradient without it.
        """
        if match.update is None or match.term is None:
            return False
        if same_gradient(match.term.share * got, want):
            return True
        decay = (match.update.keeps - 1) / match.term.factor * array(match.of)
        if decay.any() and same_gradient(got + decay, want):
            return True
        steps = {id(v): np.ones(v.shape) for v in self.matcher.step_sizes}
        made = self._rerun(match.value, steps) if steps else None
        return made is not None and same_gradient(made, want)

    def _is_deferred(self, match: Match, factor: float) -> bool:
        """True if a gradient of a parameter that follows from it is right as it is.

        Where all that follow would be right without the factor, the factor is a mistake here.
        """
        cured = False
        for other in self._used():
            if other.value is match.value or not self._follows(other, match):
                continue
            want = other.sign * self.truth.of(other.of)
            if same_gradient(array(other.value), want):
                return True
            made = self._rerun(other.value, {id(match.value): array(match.value) / factor})
            cured = cured or (made is not None and same_gradient(made, want))
        return not cured

    def _used(self) -> list[Match]:
        return [m for m in self.matches if m.how == "use"]

    def _follows(self, later: Match, earlier: Match) -> bool:
        made = self._rerun(later.value, {id(earlier.value): 2 * array(earlier.value)})
        return made is None or not np.array_equal(made, array(later.value))

    def _rerun(self, value: Value, changed: dict[int, np.ndarray]) -> np.ndarray | None:
        try:
            (made,) = rerun([value], changed, self.training, self.truth.step.begin)
        except CannotRerun:
            return None
        return made

    def _wrong(self, match: Match, got: np.ndarray, want: np.ndarray) -> Judged:
        before = self._before(match)
        changed = {
            id(m.value): self.state.should[id(m.value)]
            for m in before if id(m.value) in self.state.should
        }  # fmt: skip
        factor = match.sign if match.how == "use" else self._factor(before)
        made = got
        if changed:
            again = self._rerun(match.value, changed)
            if again is None:
                return Judged(match, "undecidable", want, why="it cannot be computed again")
            made = again
            if same_gradient(made, factor * self.truth.of(match.of)):
                from_these = tuple(m for m in before if id(m.value) in changed)
                return Judged(match, "inherited", want, factor, made, from_these)
        want = factor * self.truth.of(match.of)
        updated = self._updated(match, changed, want)
        return Judged(match, "wrong", want, factor, made, updated=updated)

    def _factor(self, before: Sequence[Match]) -> float:
        """The factor that earlier gradients have, if they agree on one."""
        factors = {round(self.state.factor.get(id(m.value), 1.0), 12) for m in before}
        return factors.pop() if len(factors) == 1 else 1.0

    def _before(self, match: Match) -> list[Match]:
        """The gradients that it was computed from directly."""
        found: dict[int, Match] = {}
        queue, seen = [match.value], set()
        while queue:
            value = queue.pop()
            if id(value) in seen:
                continue
            seen.add(id(value))
            known = self.by_value.get(id(value))
            if known is not None and value is not match.value:
                found[id(value)] = known
                continue
            if self.truth.forward.has(value) or value.note is None:
                continue
            queue.extend(v for v in value.note.inputs if v.active)
        return list(found.values())

    def _updated(
        self, match: Match, changed: dict[int, np.ndarray], want: np.ndarray
    ) -> tuple[Match, ...]:
        """The updates that came too early: with the weights of the forward it would be right."""
        step = self.truth.step
        early = [u for u in step.updates if u.stored.time <= match.stored.time]
        back = {id(u.new): array(self._first(u.old)) for u in early}
        if not back:
            return ()
        made = self._rerun(match.value, {**changed, **back})
        if made is None or not same_gradient(made, want):
            return ()
        found = []
        for update in early:
            some = {**changed, id(update.new): array(self._first(update.old))}
            made = self._rerun(match.value, some)
            if made is not None and same_gradient(made, want):
                found.append(Match(update.stored, update.old, "use", 1.0, update))
        return tuple(found[-1:])

    def _first(self, value: Value) -> Value:
        """A parameter as it was before all updates of the step."""
        by_new = {id(u.new): u.old for u in self.truth.step.updates}
        while id(value) in by_new:
            value = by_new[id(value)]
        return value
