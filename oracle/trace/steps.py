"""The steps of a training: which values are parameters, and where each step begins and ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oracle.trace.recorded import Recorded, Stored
from oracle.trace.updates import Chain, Update, chains, size, updates
from oracle.truth.recording import Note, Value


@dataclass(frozen=True)
class Step:
    """One step: from the last update of the step before to its own last update."""

    begin: int  # times, in calls recorded
    end: int
    updates: tuple[Update, ...]

    @property
    def parameters(self) -> tuple[Value, ...]:
        """As they were before this step's updates."""
        new = {id(update.new) for update in self.updates}
        return tuple(u.old for u in self.updates if id(u.old) not in new)


class Training:
    """What the record shows of a training, before any loss is chosen."""

    def __init__(self, stored: Sequence[Stored], notes: Sequence[Note]) -> None:
        self.stored = stored
        self.notes = notes
        self.index = {id(note): i for i, note in enumerate(notes)}
        self.updates = updates(stored)
        self.chains = chains(self.updates)

    def steps(self, losses: Iterable[Value]) -> list[Step]:
        """The steps, as seen from values that may be the loss."""
        parameters = self._parameters(list(losses))
        made = sorted(
            (u for chain in parameters for u in chain.updates), key=lambda u: u.stored.time
        )
        place = {id(u): i for i, chain in enumerate(parameters) for u in chain.updates}
        groups: list[list[Update]] = []
        seen: set[tuple[int, int]] = set()
        for update in made:
            key = place[id(update)], id(update.stored.statement)
            if not groups or key in seen:
                groups.append([])
                seen = set()
            groups[-1].append(update)
            seen.add(key)
        found: list[Step] = []
        for group in groups:
            begin = found[-1].end if found else 0
            found.append(Step(begin, group[-1].stored.time, tuple(group)))
        return found

    def _parameters(self, losses: list[Value]) -> list[Chain]:
        """The chains that a loss depends on.

        A chain that goes on from step to step is the end of the way back from the loss; where
        there has been one step only, any update of a value that was there from the start is.
        """
        own = {id(loss) for loss in losses}
        for repeats in (True, False):
            some = [
                c for c in self.chains
                if (c.repeats if repeats else self._is_first(c))
                and not any(id(v) in own for v in c.values)
            ]  # fmt: skip
            ends = {id(value): chain for chain in some for value in chain.values}
            reached: dict[int, Chain] = {}
            for loss in losses:
                for value in self._back(loss, set(ends)):
                    if id(value) in ends:
                        reached[id(ends[id(value)])] = ends[id(value)]
            if reached:
                return list(reached.values())
        return []

    def _is_first(self, chain: Chain) -> bool:
        """True if a chain begins with what was given, and not with a product of other chains."""
        begins = {id(c.values[0]) for c in self.chains if c is not chain}
        for value in self._back(chain.values[0], set()):
            if id(value) in begins:
                return False
        return True

    def _back(self, value: Value, ends: set[int]) -> Iterable[Value]:
        """All that a value was computed from, as far as some ends."""
        queue, seen = [value], {id(value)}
        while queue:
            one = queue.pop()
            yield one
            if one.note is None or (id(one) in ends and one is not value):
                continue
            for part in one.note.inputs:
                if part.active and id(part) not in seen:
                    seen.add(id(part))
                    queue.append(part)


def scalars(stored: Iterable[Stored]) -> list[Stored]:
    return [s for s in stored if size(s.value) == 1 and s.statement.kind in _KINDS]


_KINDS = ("assign", "augment", "return")


def training(recorded: Recorded) -> Training:
    return Training(recorded.stored, recorded.notes)
