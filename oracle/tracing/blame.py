"""Which of the wrong gradients are wrong by themselves, and which follow from others.

Each gradient is computed again from what it should have been computed from: the user's own calls,
with the true gradients in the place of the user's earlier ones. What then comes out right was only
inherited. A constant factor may be deferred: dZ without 1/m is right if dW puts it in.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from oracle.diagnosis.blame import multiple
from oracle.tracing.gradient_names import of_name, plain
from oracle.tracing.match import Matcher
from oracle.tracing.outcomes import Match
from oracle.tracing.recorded import Stored
from oracle.tracing.truth import NEARLY, array, same_gradient
from oracle.tracing.turns import few
from oracle.truth.recording import Value

COMMON = "all gradients of the step have one more factor, as if their norm were clipped"
OWN_TERM = "it adds a term of its own, and the loss, which is not computed, may have one more, too"
STEP_SIZE = "it is a number times the gradient, and that number may be a step size"
TOO_LONG = "the step is too long to tell what it follows from"
TURNS = "other turns of the loop are right, and this one could not be told"


@dataclass(frozen=True, eq=False)
class Judged:
    """The verdict on one gradient in one step."""

    match: Match
    verdict: str  # "correct", "inherited", "wrong", "undecidable"; "unsure" is not judged
    want: np.ndarray
    factor: float = 1.0  # of the true gradient, deferred or for a descent direction
    made: np.ndarray | None = None  # a wrong one as it is with right gradients before it
    inherits: tuple[Match, ...] = ()
    updated: tuple[Match, ...] = ()  # updates of weights that it uses after them
    through: tuple[Stored, ...] = ()  # what it is computed from, and is matched with nothing
    why: str = ""
    at_kink: bool = False  # it makes another choice at a kink than the true one
    decay: float = 0.0  # λ of a term λ·W in it, which the loss does not have
    given: Mapping[int, np.ndarray] = field(default_factory=dict)  # right ones before a wrong one


class Blame:
    """The verdicts of one step."""

    def __init__(self, matcher: Matcher, matches: Sequence[Match]) -> None:
        self.matcher = matcher
        self.outcomes = matcher.outcomes
        self.outcomes.work = 0
        self.truth = matcher.truth
        self.matches = matches
        self.judged: dict[int, Judged] = {}  # the last one of each value, by its id

    def verdicts(self) -> list[Judged]:
        """The verdicts, in order; of many turns of one statement some are judged for all."""
        groups: dict[tuple[int, str], list[Match]] = {}
        for match in self.matches:
            key = id(match.stored.statement), match.stored.target.text
            groups.setdefault(key, []).append(match)
        fully = {id(match) for group in groups.values() for match in few(group)}
        last: dict[tuple[int, str], Judged] = {}
        found = []
        for match in self.matches:
            key = id(match.stored.statement), match.stored.target.text
            if id(match) in fully or match.how == "use" or key not in last:
                judged = self._used(match) if match.how == "use" else self._between(match)
                if judged.verdict == "wrong" and self.outcomes.exhausted:
                    judged = replace(judged, verdict="unsure", why=TOO_LONG)
                last[key] = judged
            else:
                judged = self._like(match, last[key])
            if judged.want.shape == match.value.shape or id(match.value) not in self.judged:
                self.judged[id(match.value)] = judged  # db = delta, not summed, is still a delta
            found.append(judged)
        return found

    def _like(self, match: Match, other: Judged) -> Judged:
        """A turn of a loop: right by its own numbers, or what another turn is."""
        if self.truth.agrees(array(match.value), match.of, other.factor):
            return Judged(match, "correct", other.factor * self.truth.of(match.of), other.factor)
        want = other.factor * self.truth.of(match.of)
        verdict = other.verdict if other.verdict != "correct" else "unsure"
        return replace(other, match=match, want=want, verdict=verdict, made=None, why=TURNS)

    # -- the gradients that the updates use --------------------------------------------------------

    def _used(self, match: Match) -> Judged:
        want = self.outcomes.want(match)
        why = self._nothing_to_compare(match)
        if why:
            return Judged(match, "undecidable", want, match.sign, why=why)
        if self.outcomes.is_right(match):
            decay = self.outcomes.decay(match)
            return Judged(match, "correct", want, match.sign, decay=decay)
        if any(self.truth.allows(match.sign * f, match.of) for f in self.outcomes.forms(match)):
            return Judged(match, "correct", want, match.sign, at_kink=True)
        before = self._before(match)
        changed, given = self._corrected(before), self._given(before)
        own = self.judged.get(id(match.value))
        if own is not None and own.verdict in ("wrong", "inherited"):  # the same array, renamed
            if any(same_gradient(form, want) for form in self._shares(match, own.want)):
                return Judged(match, "inherited", want, match.sign, inherits=(own.match,))
        elif changed and self.outcomes.is_right(match, given):
            return Judged(match, "inherited", want, match.sign, inherits=_wrong_of(before, changed))
        if own is not None and own.verdict in ("wrong", "inherited"):
            made: np.ndarray | None = own.want
        else:
            made = self.outcomes.neutral(match.value, given)
        if self._has_own_term(match, before):
            return Judged(match, "unsure", want, match.sign, why=OWN_TERM)
        for factor, why in ((self._common_factor, COMMON), (self._of_statement(match), STEP_SIZE)):
            if factor and self.truth.agrees(array(match.value), match.of, match.sign * factor):
                return Judged(match, "unsure", want, match.sign, why=why)
        return Judged(
            match, "wrong", want, match.sign, made,
            updated=self._updated(match, given), through=self._through(match, before),
            given=given,
        )  # fmt: skip

    @functools.cached_property
    def _common_factor(self) -> float:
        """The number by which all gradients of the step were multiplied; 0 if there is none.

        A clip of their norm does that, and a step size may. A number that is known, as that of the
        samples, is no such factor.
        """
        arrays = [m for m in self.matches if m.how == "use" and array(m.value).size > 2]
        ratios = [self.outcomes.multiple(array(m.value), m.of) or 0.0 for m in arrays]
        factors = [ratio * match.sign for ratio, match in zip(ratios, arrays)]
        return self._one_factor(factors)

    def _one_factor(self, factors: Sequence[float]) -> float:
        """The number that several factors are, unless it is a known one; 0 if there is none."""
        if len(factors) < 2 or min(factors) <= 0 or self.outcomes.is_known(factors[0]):
            return 0.0
        return factors[0] if np.allclose(factors, factors[0], rtol=1e-9) else 0.0

    def _of_statement(self, match: Match) -> float:
        """The number by which one statement multiplies single numbers; 0 if there is none.

        Of plain numbers it cannot be told which of the factors is the step size.
        """
        statement = match.stored.statement
        alike = [m for m in self.matches if m.how == "use" and m.stored.statement is statement]
        pairs = [(array(m.value), m.sign * self.truth.of(m.of)) for m in alike]
        if any(got.size != 1 or want.size != 1 or not want.any() for got, want in pairs):
            return 0.0
        factors = [got.item() / want.item() for got, want in pairs]
        return self._one_factor(factors)

    def _shares(self, match: Match, number: np.ndarray) -> list[np.ndarray]:
        assert match.term is not None
        return [number, abs(match.term.share) * number]

    # -- the gradients on the way ------------------------------------------------------------------

    def _between(self, match: Match) -> Judged:
        true, got = self.truth.of(match.of), array(match.value)
        why = self._nothing_to_compare(match)
        if why:
            return Judged(match, "undecidable", true, why=why)
        own = self.judged.get(id(match.value))
        if own is not None and own.verdict in ("wrong", "inherited"):  # the same array, renamed
            want = own.factor * true
            if same_gradient(own.want, want):
                return Judged(match, "inherited", want, own.factor, inherits=(own.match,))
        ratio = self.outcomes.multiple(got, match.of)
        needed = self.matcher.expected.needed.get(match, [])
        before = self._before(match)
        inherited = self._factor(before)
        changed = self._corrected(before)
        any_factor = not needed and (not before or len(self._factors(before)) > 1)
        if ratio is not None and (
            _among(ratio, needed or [1.0])  # what puts in a factor that was left out is right
            or (before and _among(ratio, [inherited]))
            or (any_factor and self.outcomes.is_known(ratio))
        ):
            return Judged(match, "correct", ratio * true, ratio)
        strange = ratio is not None and not self.outcomes.is_known(ratio / inherited)
        if ratio is not None and not needed and (any_factor or strange):
            why = "it is a multiple of a gradient, and nothing shows why"
            return Judged(match, "unsure", ratio * true, ratio, why=why)
        if self.truth.allows(got / inherited, match.of):
            return Judged(match, "correct", inherited * true, inherited, at_kink=True)
        factor = needed[0] if needed else inherited
        if before and _among(inherited, needed):
            factor = inherited
        want = factor * true
        given = self._given(before)
        made = self.outcomes.rerun(match.value, given) if changed else got
        if made is None:
            return Judged(match, "unsure", want, factor, why="it cannot be computed again")
        if changed:
            again = self.outcomes.multiple(made, match.of)
            if again is not None and _among(again, [*(needed or [1.0]), inherited]):
                return Judged(
                    match, "inherited", again * true, again, inherits=_wrong_of(before, changed)
                )
            if self.truth.allows(made / inherited, match.of):
                return Judged(
                    match, "inherited", made, inherited, inherits=_wrong_of(before, changed)
                )
        if match.how == "name" and not needed and not before and got.shape == true.shape:
            why = "nothing that follows from it shows which gradient it is"
            return Judged(match, "unsure", want, factor, why=why)
        if match.how == "value" and got.size == 1 and not self._is_named(match):
            why = "a single number may be this by chance"
            return Judged(match, "unsure", want, factor, why=why)
        if self._has_own_term(match, before):
            return Judged(match, "unsure", want, factor, why=OWN_TERM)
        return Judged(
            match, "wrong", want, factor, made,
            updated=self._updated(match, given, want), through=self._through(match, before),
            given=given,
        )  # fmt: skip

    def _has_own_term(self, match: Match, before: Sequence[Match]) -> bool:
        """True if a gradient is a sum of what follows from earlier ones and of something else.

        That is the gradient of a second term of the loss: nobody knows it of a loss that is not
        computed. A multiple of the parameter itself is known: it decays, or grows by mistake.
        """
        if self.truth.loss.computed or not before:
            return False
        zeros = {id(m.value): np.zeros(m.value.shape) for m in before}
        own = self.outcomes.rerun(match.value, zeros)
        if own is None or not np.isfinite(own).all() or not np.any(own):
            return False
        return match.how != "use" or multiple(own, array(match.of)) is None

    def _through(self, match: Match, before: Sequence[Match]) -> tuple[Stored, ...]:
        """The stored values between a gradient and those before it, if not known to be right."""
        known = {id(m.value): m for m in before}
        between = {id(v) for n in self.outcomes.way(match.value, known) for v in n.outputs}
        return tuple(s for s in self.matcher.unmatched
                     if id(s.value) in between and s.value is not match.value)  # fmt: skip

    def _is_named(self, match: Match) -> bool:
        """True if the name of the gradient names the value that it was matched with."""
        return plain(self.matcher.name(match.of)) in of_name(match.stored.text)

    def _nothing_to_compare(self, match: Match) -> str:
        """Why a step cannot show whether a gradient is right; "" if it can."""
        want, got = self.truth.of(match.of), array(match.value)
        if not np.isfinite(want).all():
            return "the true gradient is not finite"
        size = float(np.max(np.abs(want), initial=0.0))
        if size > NEARLY * self.truth.scale:
            return ""
        if size == 0 and not np.any(got):
            return "the gradient is 0 in every entry"
        unit = self.truth.unit(match.of)
        if size <= unit and self.truth.agrees(got, match.of):
            return "the gradient is 0 but for rounding"
        return ""

    # -- what comes before -------------------------------------------------------------------------

    def _before(self, match: Match) -> list[Match]:
        """The gradients that it was computed from directly."""
        found: list[Match] = []
        queue, seen = [match.value], set()
        while queue:
            value = queue.pop()
            if id(value) in seen:
                continue
            seen.add(id(value))
            known = self.judged.get(id(value))
            if known is not None and value is not match.value:
                found.append(known.match)
                continue
            if self.truth.forward.has(value) or value.note is None:
                continue
            if self.matcher.training.is_older(value, self.truth.step):
                continue
            queue.extend(v for v in value.note.inputs if v.active)
        return found

    def _corrected(self, before: Sequence[Match]) -> dict[int, np.ndarray]:
        """The wrong ones among some gradients, as they should have been."""
        known = [self.judged[id(m.value)] for m in before]
        return {
            id(j.match.value): j.want
            for j in known
            if j.verdict in ("wrong", "inherited") or j.why == OWN_TERM
        }

    def _given(self, before: Sequence[Match]) -> dict[int, np.ndarray]:
        """Earlier gradients, the wrong ones as they should have been."""
        right = {id(m.value): array(m.value) for m in before}
        return {**right, **self._corrected(before)}

    def _factors(self, before: Sequence[Match]) -> set[float]:
        return {round(self.judged[id(m.value)].factor, 12) for m in before}

    def _factor(self, before: Sequence[Match]) -> float:
        """The factor that earlier gradients have, if they agree on one."""
        factors = self._factors(before)
        return factors.pop() if len(factors) == 1 else 1.0

    # -- weights that were updated too early -------------------------------------------------------

    def _updated(
        self, match: Match, changed: dict[int, np.ndarray], want: np.ndarray | None = None
    ) -> tuple[Match, ...]:
        """The update that came too early: with the weights of the forward it would be right."""
        step = self.truth.step
        early = [u for u in step.updates if u.stored.time <= match.stored.time]
        for update in early:
            back = {**changed, id(update.new): array(self._first(update.old))}
            made = self.outcomes.rerun(match.value, back)
            if made is None:
                continue
            right = self.outcomes.is_right(match, back) if want is None else (
                same_gradient(made, want)
            )  # fmt: skip
            if right:
                return (Match(update.stored, update.old, "use", 1.0, update),)
        return ()

    def _first(self, value: Value) -> Value:
        """A parameter as it was before all updates of the step."""
        by_new = {id(u.new): u.old for u in self.truth.step.updates}
        while id(value) in by_new:
            value = by_new[id(value)]
        return value


def _among(number: float, numbers: Sequence[float]) -> bool:
    return any(np.isclose(number, other, rtol=1e-6) for other in numbers)


def _wrong_of(before: Sequence[Match], changed: dict[int, np.ndarray]) -> tuple[Match, ...]:
    return tuple(m for m in before if id(m.value) in changed)
