"""The gradients of a step as they should be, and what follows from each of them directly.

Statements are taken from the last one to the first. What follows from a gradient is known then,
and is computed again from this gradient alone, with all others as they should be.
"""

from collections.abc import Sequence

import numpy as np

from oracle.tracing.gradient_names import is_like_gradient
from oracle.tracing.outcomes import Changed, Match, Outcomes
from oracle.tracing.steps import Training
from oracle.tracing.truth import NEARLY, Truth, array, same_gradient
from oracle.truth.recording import Note, Value

CLEAR = 1e6  # units of rounding: a gradient that is so large is none that cancels


class Expected:
    """The expected values of the matched gradients of a step."""

    def __init__(self, training: Training, truth: Truth, outcomes: Outcomes) -> None:
        self.training = training
        self.truth = truth
        self.outcomes = outcomes
        self.numbers: dict[int, np.ndarray] = {}  # by the id of a matched value
        self.needed: dict[Match, list[float]] = {}  # the multiples of its truth that are right
        self.pending: set[int] = set()  # the ids of values of statements not looked at yet
        self._matches: dict[int, list[Match]] = {}
        self._users: dict[int, list[Note]] = {}
        step = truth.step
        for note in training.notes[step.begin : step.end]:
            for value in note.inputs:
                if value.active and not truth.forward.has(value):
                    self._users.setdefault(id(value), []).append(note)

    def add(self, matches: Sequence[Match]) -> None:
        """The matches of one statement, in all its turns."""
        changed: Changed = {id(m.value): self.truth.of(m.of) for m in matches}
        self.needed.update([(match, self._needed_by(match, changed)) for match in matches])
        for match in matches:
            self._matches.setdefault(id(match.value), []).append(match)
            needed = self.needed[match]
            factor = needed[0] if needed else self._own_factor(match)
            self.numbers.setdefault(id(match.value), factor * self.truth.of(match.of))

    def _own_factor(self, match: Match) -> float:
        if match.how == "use":
            return match.sign
        ratio = self.outcomes.multiple(array(match.value), match.of)
        return 1.0 if ratio is None else ratio

    def _needed_by(self, match: Match, changed: Changed) -> list[float]:
        """The multiples of its true gradient that make what follows from it right."""
        if match.how == "use":
            return [match.sign]
        own = self._matches.get(id(match.value), ())
        true = self.truth.of(match.of)
        found = [
            factor
            for other in own
            if self.shows(other) and same_gradient(true, self.truth.of(other.of))
            for factor in self.needed[other]
        ]
        if not found:
            for other in self.ends([match.value]):
                if self.shows(other):
                    found += self.scales(other, changed)
        found = found or self._at_the_end(match)
        once = dict.fromkeys(round(factor, 12) for factor in found)
        return sorted(once, key=lambda factor: abs(factor) != 1)

    def _at_the_end(self, match: Match) -> list[float]:
        """The factors that a result of a derivation on paper may have: nothing follows from it."""
        training, whole = self.training, self.truth.whole(match.of)
        if self.truth.step.updates or training.raised:
            return []
        if any(training.name(value) for value in _ancestors(whole)):
            return []  # an intermediate
        inner = set(map(id, self.truth.forward.notes))
        moved = (n for n in training.notes if n.op in ("add", "subtract") and id(n) not in inner)
        if any(value is whole for note in moved for value in note.inputs):
            return []  # W_new = W - lr / m * dW
        return [1.0] if is_like_gradient(match.stored.text) else [1.0, -1.0]

    def is_right(self, end: Match) -> bool:
        """True if a gradient is right as it is, up to a factor that something else may explain.

        On paper nothing follows from the last ones, and their factors are known.
        """
        ratios, needed = self.outcomes.ratios(end, {}), self.needed[end]
        if self.truth.step.updates or not needed:
            return bool(ratios)
        return any(np.isclose(ratio, factor) for ratio in ratios for factor in needed)

    def scales(self, end: Match, changed: Changed) -> list[float]:
        """The numbers c with: from c times some gradients, and the others, an end comes out right.

        An end is right if it is the multiple of the truth that is needed there.
        """
        factors = [1.0] if end.how == "use" else self.needed[end]
        return [c for f in factors for c in self.outcomes.scales(end, changed, self.numbers, f)]

    def ends(self, values: Sequence[Value]) -> list[Match]:
        """The matched gradients that are computed from some values, with no other between.

        What has not been looked at yet may be wrong, and ends the way.
        """
        found: dict[int, Match] = {}
        queue = list(values)
        seen = {id(value) for value in values}
        while queue:
            one = queue.pop()
            for note in self._users.get(id(one), ()):
                for made in note.outputs:
                    if id(made) in seen:
                        continue
                    seen.add(id(made))
                    for match in self._matches.get(id(made), ()):
                        found[id(match)] = match
                    if id(made) not in self._matches and id(made) not in self.pending:
                        queue.append(made)
        return list(found.values())

    def leads_on(self, value: Value) -> bool:
        """True if another gradient, or what may be one, is computed from a value."""
        queue, seen = [value], {id(value)}
        while queue:
            for note in self._users.get(id(queue.pop()), ()):
                for made in note.outputs:
                    if id(made) in self._matches or id(made) in self.pending:
                        return True
                    if id(made) not in seen:
                        seen.add(id(made))
                        queue.append(made)
        return False

    def shows(self, match: Match) -> bool:
        """True if a gradient is not 0, as that of a bias is whose samples cancel."""
        size = float(np.max(np.abs(self.truth.of(match.of)), initial=0.0))
        if size > NEARLY * self.truth.scale:
            return True
        # Where an output is saturated, the loss's slope by it is larger than all others by far.
        return size > CLEAR * self.truth.unit(match.of)


def _ancestors(value: Value) -> list[Value]:
    """The values that a value was computed from."""
    found: dict[int, Value] = {}
    queue = [value]
    while queue:
        note = queue.pop().note
        for part in note.inputs if note is not None else ():
            if id(part) not in found:
                found[id(part)] = part
                queue.append(part)
    return list(found.values())
