"""The gradients of a step as they should be, and what follows from each of them directly.

Statements are taken from the last one to the first. What follows from a gradient is known then,
and is computed again from this gradient alone, with all others as they should be.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from oracle.tracing.outcomes import Match, Outcomes
from oracle.tracing.steps import Training
from oracle.tracing.truth import NEARLY, Truth, array, same_gradient
from oracle.truth.recording import Note, Value

CLEAR = 1e6  # units of rounding: a gradient that is so large is none that cancels


class Expected:
    """What the matched gradients of a step should be."""

    def __init__(self, training: Training, truth: Truth, outcomes: Outcomes) -> None:
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
        changed = {id(m.value): self.truth.of(m.of) for m in matches}
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

    def _needed_by(self, match: Match, changed: Mapping[int, np.ndarray]) -> list[float]:
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
        once = dict.fromkeys(round(factor, 12) for factor in found)
        return sorted(once, key=lambda factor: abs(factor) != 1)

    def scales(self, end: Match, changed: Mapping[int, np.ndarray]) -> list[float]:
        """The numbers c with: from c times some gradients, and the others, an end comes out right.

        An end is right if it is the multiple of the truth that is needed there.
        """
        factors = [1.0] if end.how == "use" else self.needed[end]
        if not factors and not self.truth.step.updates and not self.ends([end.value]):
            factors = [self._own_factor(end)]  # on paper nothing follows from it
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
