"""Which stored value is meant to be the gradient of which value of the forward.

By use (an update subtracts it from a parameter), by value (it is the gradient, or a multiple of
it), by name (``dW1``, ``grad_b``), or by the part that it plays: with the true gradient in its
place, what is computed from it comes out right. A match that none of these makes certain is none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from oracle.diagnosis.blame import multiple
from oracle.judging.verdict import agree
from oracle.trace.recorded import Stored
from oracle.trace.rerun import CannotRerun, rerun
from oracle.trace.steps import Training
from oracle.trace.truth import Truth, array
from oracle.trace.updates import Term, Update, expanded
from oracle.truth.recording import Value

GENERIC = 3  # entries that an array must have, for a multiple of it to be no accident


@dataclass(frozen=True, eq=False)
class Match:
    """A stored value, and the forward value that it is meant to be the gradient of."""

    stored: Stored
    of: Value
    how: str  # "use", "value", "name", "part"
    sign: float = 1.0  # -1: a descent direction, which the update adds
    update: Update | None = None

    @property
    def value(self) -> Value:
        return self.stored.value


_PREFIX = re.compile(
    r"^(?:d_?(?:l|loss|cost|j|e|c|err|error|out)?_?d_?|d_(?:l|loss|cost|j)_|"
    r"grad(?:ient)?s?_?(?:of_?|wrt_?)?|nabla_?|delta_?|partial_?|g_|d_?)(?=[a-z])"
)
_SUFFIX = re.compile(r"_?(?:grad(?:ient)?s?|delta|deriv|derivative|d|g)$")
_LIKE_GRADIENT = re.compile(
    r"^(?:d_?[a-z]+_?\d*|grad|nabla|delta|err(?:or)?s?(?:_|\d|$)|.*_(?:grad|delta|error|gradient)s?)"
)


def plain(text: str) -> str:
    """A name without its object, its case and its brackets: ``self.W1``, ``params['W1']``: w1."""
    text = re.sub(r"""\[['"](\w+)['"]\]""", r".\1", text)
    text = re.sub(r"\[(-?\d+)\]", r"\1", text)
    return text.split(".")[-1].replace("_", "").lower()


def of_name(text: str) -> list[str]:
    """What a gradient is called after, if its name says so: ``dW1`` and ``W1_grad`` after ``w1``."""
    last = re.sub(r"""\[['"](\w+)['"]\]""", r".\1", text)
    indexed = re.sub(r"\[(-?\d+)\]", r"\1", last).split(".")[-1]
    lower = indexed.lower()
    found = []
    for pattern in (_PREFIX, _SUFFIX):
        rest = pattern.sub("", lower)
        if rest != lower and rest:
            found.append(rest.replace("_", ""))
    keyed = re.match(r"(?:.*\.)?(d|dparams|grads?|gradients?)\.(\w+)$", last.lower())
    if keyed:
        found.append(keyed.group(2).replace("_", ""))
    return found


def is_like_gradient(text: str) -> bool:
    last = re.sub(r"""\[['"](\w+)['"]\]""", r".\1", text).split(".")[-1]
    return bool(_LIKE_GRADIENT.match(last.lower())) or "grad" in text.lower()


class Matcher:
    """The matches of one step."""

    def __init__(self, training: Training, truth: Truth) -> None:
        self.training = training
        self.truth = truth
        self.step = truth.step
        self.names: dict[int, list[Stored]] = {}  # of the values of the forward
        for stored in training.stored:
            if truth.has(stored.value):
                self.names.setdefault(id(stored.value), []).append(stored)
        self.entries = list(self._entries())
        self.unmatched: list[Stored] = []

    def name(self, value: Value) -> str:
        """The user's name for a value of the forward."""
        known = self.names.get(id(value), [])
        own = [s for s in known if s.statement.kind in ("assign", "augment")]
        return (own or known)[-1].text if known else ""

    def _entries(self) -> Iterator[Stored]:
        """The values that are stored in the step and are no part of its forward."""
        updates = {id(u.stored): u for u in self.training.updates}
        parameters = {id(u.stored) for u in self.step.updates}
        partial = {
            id(u.old) for u in self.training.updates
            if self.step.begin < u.stored.time <= self.step.end and id(u.stored) not in parameters
        }  # fmt: skip
        seen: set[tuple[int, str]] = set()
        for stored in self.training.stored:
            if not self.step.begin <= stored.time or stored.statement.kind not in (
                "assign", "augment"
            ):  # fmt: skip
                continue
            if stored.time > self.step.end or id(stored) in parameters:
                continue
            if id(stored.value) in partial or self.truth.forward.has(stored.value):
                continue  # a sum that goes on, or the forward itself
            note = stored.value.note
            if note is None or self.training.index[id(note)] < self.step.begin:
                continue
            update = updates.get(id(stored))
            if update is not None and self._is_velocity(update):
                continue
            key = id(stored.value), stored.text
            if key not in seen:
                seen.add(key)
                yield stored

    def _is_velocity(self, update: Update) -> bool:
        """True if what it adds to was there before the step."""
        note = update.old.note
        old = note is None or self.training.index[id(note)] < self.step.begin
        return old and (self.step.begin > 0 or abs(update.keeps - 1) > 1e-9)

    def matches(self) -> list[Match]:
        """The matches, in the order of the code's run."""
        found: dict[Stored, Match] = {}
        for update in self.step.updates:
            for match in self._by_use(update):
                found.setdefault(match.stored, match)
        for stored in self.entries:
            if stored not in found:
                match = self._by_value(stored)
                if match is not None:
                    found[stored] = match
        used = [m for m in found.values() if m.how == "use"]
        for stored in self.entries:
            if stored not in found:
                match = self._by_part(stored, used)
                if match is not None:
                    found[stored] = match
                elif is_like_gradient(stored.text):
                    self.unmatched.append(stored)
        return sorted(found.values(), key=lambda m: m.stored.time)

    # -- by use ------------------------------------------------------------------------------------

    def _by_use(self, update: Update) -> Iterator[Match]:
        if not self.truth.has(update.old):
            return
        for term in self._followed(update.terms, update):
            sign = -1.0 if term.factor > 0 else 1.0
            holders = [s for s in self.entries if s.value is term.value]
            holders = [s for s in holders if s.time <= update.stored.time]
            if holders:
                yield Match(holders[-1], update.old, "use", sign, update)
            elif term.value.note is not None and not self._is_decay(term, update):
                yield Match(self._unnamed(update, term.value), update.old, "use", sign, update)

    def _followed(self, terms: Sequence[Term], update: Update) -> Iterator[Term]:
        """The terms of an update; of a velocity, what was added to it in this step."""
        velocities = {
            id(u.new): u for u in self.training.updates
            if self.step.begin < u.stored.time <= self.step.end and self._is_velocity(u)
        }  # fmt: skip
        for term in terms:
            velocity = velocities.get(id(term.value))
            if velocity is None:
                yield term
                continue
            for inner in velocity.terms:
                yield Term(term.factor * inner.factor, inner.value, inner.exact and term.exact)

    def _is_decay(self, term: Term, update: Update) -> bool:
        note = term.value.note
        return note is None or self.training.index[id(note)] < self.step.begin

    def _unnamed(self, update: Update, value: Value) -> Stored:
        """A gradient that stands in the update itself."""
        from dataclasses import replace

        assert value.note is not None
        return replace(update.stored, text=f"in {update.stored.text}", value=value)

    # -- by value ----------------------------------------------------------------------------------

    def _by_value(self, stored: Stored) -> Match | None:
        got = array(stored.value)
        if not np.isfinite(got).all():
            return None
        known = [v for v in self.truth.values if v.shape == got.shape and np.any(self.truth.of(v))]
        equal = [v for v in known if agree(got, self.truth.of(v))]
        if not equal and got.size >= GENERIC:
            equal = [v for v in known if self._is_multiple(got, v)]
        if not equal or (got.size == 1 and not self._called_after(stored, equal)):
            return None
        return Match(stored, self._likeliest(stored, equal), "value")

    def _is_multiple(self, got: np.ndarray, value: Value) -> bool:
        return multiple(got, self.truth.of(value)) is not None

    def _called_after(self, stored: Stored, values: list[Value]) -> bool:
        return any(plain(self.name(v)) in of_name(stored.text) for v in values)

    def _likeliest(self, stored: Stored, values: list[Value]) -> Value:
        names = of_name(stored.text)

        def score(value: Value) -> tuple[bool, bool]:
            name = self.name(value)
            return plain(name) in names, bool(name)

        return max(reversed(values), key=score)

    # -- by the part that it plays, and by name -------------------------------------------------------

    def _by_part(self, stored: Stored, used: list[Match]) -> Match | None:
        """The value whose gradient, put in its place, makes what follows from it right."""
        if not self._follows_from_loss(stored):
            return None
        got = array(stored.value)
        names = of_name(stored.text)
        named = [
            v for v in self.truth.values if plain(self.name(v)) in names and self.name(v)
        ]
        alike = [v for v in self.truth.values if v.shape == got.shape and v not in named]
        followers = [m for m in used if m.stored.value is not stored.value]
        for value in [*named, *reversed(alike)]:
            if self._plays_part(stored.value, value, followers):
                return Match(stored, value, "part")
        if len(named) == 1 and is_like_gradient(stored.text) and self._is_used(stored, used):
            return Match(stored, named[0], "name")
        return None

    def _is_used(self, stored: Stored, used: list[Match]) -> bool:
        """True if a gradient of a parameter was computed from it."""
        from oracle.trace.rerun import between

        return any(
            between(m.value, {id(stored.value): array(stored.value)}, self.training) for m in used
        )

    def _follows_from_loss(self, stored: Stored) -> bool:
        """True if it uses more of the forward than its own place: no derivative of an activation."""
        from oracle.trace.updates import depends

        return any(depends(stored.value, v) for v in self.truth.loss.values) or self._late(stored)

    def _late(self, stored: Stored) -> bool:
        """True if it depends on the last values of the forward that the loss is computed from."""
        from oracle.trace.updates import depends

        last = [
            v for v in self.truth.values
            if np.size(v.array) > 1 and self.name(v) and id(v) not in self.truth.forward.leaves
        ][:2]  # fmt: skip
        return any(depends(stored.value, v) for v in last)

    def _plays_part(self, value: Value, of: Value, used: list[Match]) -> bool:
        true = self.truth.of(of)
        changed = {id(value): true}
        tested = 0
        for match in used:
            try:
                (made,) = rerun([match.value], changed, self.training)
            except CannotRerun:
                return False
            if np.array_equal(made, array(match.value)):
                continue  # it does not follow from it
            want = match.sign * self.truth.of(match.of)
            if not same_gradient(made, want) and multiple(made, want) is None:
                continue
            before = array(match.value)
            if same_gradient(before, want) or multiple(before, want) is not None:
                return False  # it was right before, up to a factor
            tested += 1
        return tested > 0


def same_gradient(got: np.ndarray, want: np.ndarray) -> bool:
    """True if they agree; a single number may have any shape of one entry."""
    if got.shape != want.shape and got.size == want.size == 1:
        got = got.reshape(want.shape)
    return agree(got, want)


__all__ = ["Match", "Matcher", "expanded", "is_like_gradient", "same_gradient"]
