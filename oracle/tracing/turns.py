"""The turns of loops: what one statement stores in all of them, and what one call computes.

The gradients that a statement stores turn by turn belong to what one place of the forward has
computed turn by turn, in the same order (samples) or in the opposite one (layers, time steps).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from oracle.tracing.truth import Truth
from oracle.truth.recording import Value

MANY = 16  # turns of a loop: of more, some stand for all of them


def few(turns: Sequence[Any]) -> list[Any]:
    """Some of many turns: the first two, the middle one and the last two."""
    if len(turns) <= MANY:
        return list(turns)
    return [turns[i] for i in (0, 1, len(turns) // 2, -2, -1)]


class Families:
    """The values of a forward by the place in the code that has computed them, in their order."""

    def __init__(self, truth: Truth, candidates: Sequence[Value]) -> None:
        self.truth = truth
        self._all = _gathered(truth, truth.values)
        self._candidates = {id(value) for value in candidates}

    def of(self, value: Value) -> list[Value]:
        """All values that the place has computed which has computed a value."""
        return self._all.get(self.truth.place(value), [])

    def first(self, value: Value) -> Value | None:
        """The first value computed at the place of this one; None if the value was given."""
        return next(iter(self.of(value)), None)

    def place(self, value: Value) -> tuple[object, int]:
        """Where a value is computed, and in which turn; the same in each step."""
        family = self.of(value)
        at = next((i for i, other in enumerate(family) if other is value), -1)
        return self.truth.place(value), at

    def at(self, place: tuple[object, int]) -> Value | None:
        family = self._all.get(place[0], [])
        return family[place[1]] if 0 <= place[1] < len(family) else None

    def of_size(self, count: int, shapes: set[tuple[int, ...]]) -> Iterator[list[Value]]:
        """Each list of ``count`` values that one place has computed; their gradients may be 0."""
        latest = reversed([family for family in self._all.values() if self._is_any(family)])
        for values in sorted(latest, key=lambda values: self.truth.is_part(values[0])):
            every, rest = divmod(len(values), count)
            for first in range(every if not rest else 0):  # one layer of several, say
                if values[first].shape in shapes:
                    yield values[first::every]

    def _is_any(self, family: Sequence[Value]) -> bool:
        return any(id(value) in self._candidates for value in family)


def _gathered(truth: Truth, values: Sequence[Value]) -> dict[object, list[Value]]:
    groups: dict[object, list[Value]] = {}
    for value in values:
        place = truth.place(value)
        if place is not None:
            groups.setdefault(place, []).append(value)

    def made_at(value: Value) -> int:
        note = truth.maker(value)
        return truth.training.index[id(note)] if note is not None else -1

    return {place: sorted(some, key=made_at) for place, some in groups.items()}


def aligned(
    count: int, known: Mapping[int, Value], family: Callable[[Value], Sequence[Value]]
) -> list[Value] | None:
    """The value that each turn belongs to, if some are known; None if that is not certain.

    All must have been computed at one place, one after the other or one before the other.
    """
    first = next(iter(known.values()))
    values = family(first)
    where = {id(value): i for i, value in enumerate(values)}
    if not all(id(value) in where for value in known.values()):
        return None
    every = max(len(values) // count, 1)  # one call of a function for several gates
    found = []
    for pace in (-every, every) if every > 1 else (-1, 1):
        starts = {where[id(value)] - pace * at for at, value in known.items()}
        start = starts.pop()
        last = start + pace * (count - 1)
        if not starts and 0 <= start < len(values) and 0 <= last < len(values):
            found.append([values[start + pace * turn] for turn in range(count)])
    return found[0] if len(found) == 1 else None
