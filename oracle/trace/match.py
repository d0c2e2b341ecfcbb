"""Which stored value is meant to be the gradient of which value of the forward.

By use (an update subtracts it from a parameter), by value (it is the gradient, or a multiple of
it), by name (``dW1``, ``grad_b``), or by the part that it plays: with the true gradient in its
place, what is computed from it comes out right. A match that none of these makes certain is none.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from oracle.diagnosis.blame import multiple
from oracle.judging.verdict import agree
from oracle.trace.recorded import Stored
from oracle.trace.rerun import CannotRerun, between, rerun
from oracle.trace.steps import Training
from oracle.trace.truth import Truth, array
from oracle.trace.updates import Term, Update, depends, is_step_size, size
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
    term: Term | None = None

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
        self.entries = list(self._entries())
        self.step_sizes = [
            s.value for s in training.stored
            if size(s.value) == 1 and is_step_size(s.text) and not truth.forward.has(s.value)
        ]  # fmt: skip
        self.unmatched: list[Stored] = []

    def name(self, value: Value) -> str:
        """The user's name for a value of the forward."""
        return self.training.name(value)

    def _entries(self) -> Iterator[Stored]:
        """The values that are stored in the step and are no part of its forward."""
        parameters = {id(u.new) for u in self.step.updates}
        within = self.training.within(self.step)
        velocities = {id(u.new) for u in within if self.training.is_velocity(u, self.step)}
        partial = {id(u.old) for u in within} - velocities
        skipped = parameters | velocities | partial
        seen: set[tuple[int, str]] = set()
        for stored in self.training.stored:
            if stored.statement.kind not in ("assign", "augment"):
                continue
            if not self.step.begin <= stored.time <= self.step.end or id(stored.value) in skipped:
                continue
            if self.truth.forward.has(stored.value):
                continue
            if self.training.is_older(stored.value, self.step):
                continue
            key = id(stored.value), stored.text
            if key not in seen:
                seen.add(key)
                yield stored

    def matches(self) -> list[Match]:
        """The matches, in the order of the code's run."""
        found: dict[Stored, Match] = {}
        for match in self._by_use():
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

    def _by_use(self) -> Iterator[Match]:
        for update, term in self.training.used(self.step):
            if not self.truth.has(update.old):
                continue
            sign = -1.0 if term.factor > 0 else 1.0
            holders = [s for s in self.entries if s.value is term.value]
            holders = [s for s in holders if s.time <= update.stored.time]
            stored = holders[-1] if holders else self._unnamed(update, term.value)
            yield Match(stored, update.old, "use", sign, update, term)

    def _unnamed(self, update: Update, value: Value) -> Stored:
        """A gradient that stands in the update itself."""
        return replace(update.stored, text=f"the update of {update.stored.text}", value=value)

    # -- by value ----------------------------------------------------------------------------------

    def _by_value(self, stored: Stored) -> Match | None:
        got = array(stored.value)
        if not np.isfinite(got).all():
            return None
        known = [v for v in self._candidates() if v.shape == got.shape and np.any(self.truth.of(v))]
        if got.size == 1 and got.item() in (0.0, 1.0, -1.0):
            return None
        for factor in self.factors:
            equal = [v for v in known if agree(got, factor * self.truth.of(v))]
            if equal:
                return Match(stored, self._likeliest(stored, equal), "value")
        if got.size < GENERIC:
            return None
        equal = [v for v in known if multiple(got, self.truth.of(v)) is not None]
        return Match(stored, self._likeliest(stored, equal), "value") if equal else None

    @functools.cached_property
    def factors(self) -> list[float]:
        """What a gradient may be multiplied by, to be divided by it in an update: m, and −1."""
        shares = {1.0, *(1 / t.share for _, t in self.training.used(self.step) if t.share)}
        return sorted((s * f for f in shares for s in (1, -1)), key=lambda f: (abs(f - 1), f))

    def _likeliest(self, stored: Stored, values: list[Value]) -> Value:
        names = of_name(stored.text)

        def score(value: Value) -> tuple[bool, bool, bool, bool]:
            name = self.name(value)
            leaf = id(value) in self.truth.forward.leaves
            return plain(name) in names, not leaf, self.is_stored(value), bool(name)

        return max(reversed(values), key=score)

    def _candidates(self) -> list[Value]:
        """The forward's values. A candidate of −z would make a wrong sign right."""
        return [
            v for v in self.truth.values
            if v.note is None or v.note.op != "negative" or self.is_stored(v)
        ]  # fmt: skip

    def is_stored(self, value: Value) -> bool:
        return any(s.statement.kind != "arguments" for s in self.training.names.get(id(value), []))

    # -- by the part that it plays, and by name -------------------------------------------------------

    def _by_part(self, stored: Stored, used: list[Match]) -> Match | None:
        """The value whose gradient, put in its place, makes what follows from it right."""
        if not self._follows_from_loss(stored):
            return None
        got = array(stored.value)
        names = of_name(stored.text)
        known = self._candidates()
        named = [v for v in known if self.name(v) and plain(self.name(v)) in names]
        alike = [v for v in known if v.shape == got.shape and v not in named]
        followers = [m for m in used if m.stored.value is not stored.value]
        for value in [*named, *reversed(alike)]:
            if self._plays_part(stored.value, value, followers):
                return Match(stored, value, "part")
        if len(named) == 1 and is_like_gradient(stored.text) and self._is_used(stored, used):
            return Match(stored, named[0], "name")
        return None

    def _is_used(self, stored: Stored, used: list[Match]) -> bool:
        """True if a gradient of a parameter was computed from it."""
        here = {id(stored.value): array(stored.value)}
        return any(between(m.value, here, self.training, self.step.begin) for m in used)

    def _follows_from_loss(self, stored: Stored) -> bool:
        """True if it uses more of the forward than its own place: no derivative of an activation."""
        return any(depends(stored.value, v) for v in self.truth.loss.values) or self._late(stored)

    def _late(self, stored: Stored) -> bool:
        """True if it depends on the last values of the forward that the loss is computed from."""
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
                (made,) = rerun([match.value], changed, self.training, self.step.begin)
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


__all__ = ["Match", "Matcher", "is_like_gradient", "same_gradient"]
