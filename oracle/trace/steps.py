"""The steps of a training: which values are parameters, and where each step begins and ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from oracle.trace.recorded import Attempt, Stored
from oracle.trace.updates import Chain, Term, Update, chains, size, updates
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

    def __init__(
        self, stored: Sequence[Stored], notes: Sequence[Note], failed: Attempt | None = None
    ) -> None:
        self.stored = stored
        self.notes = notes
        self.index = {id(note): i for i, note in enumerate(notes)}
        self.names: dict[int, list[Stored]] = {}  # of all values that have one, by their ids
        for one in stored:
            self.names.setdefault(id(one.value), []).append(one)
        self.updates = updates(stored, failed)
        self.chains = chains(self.updates)

    def steps(self) -> list[Step]:
        """The steps, in order; the last one may have been cut short."""
        parameters = self._parameters()
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

    def _parameters(self) -> list[Chain]:
        """The chains whose updates depend on what they update, as a gradient depends on W.

        What is added to a sum over samples, a velocity or a running average does not. Where there
        has been one step only, a parameter is what was there before any other update.
        """
        for repeats in (True, False):
            some = [c for c in self.chains if (c.repeats if repeats else self._is_first(c))]
            ends = {id(value) for chain in some for value in chain.values}
            found = [chain for chain in some if self._depends_on_itself(chain, ends)]
            if found:
                return found
        return []

    def _depends_on_itself(self, chain: Chain, ends: set[int]) -> bool:
        for update in chain.updates:
            for term in update.terms:
                if term.value is not update.old and any(
                    value is update.old for value in self._back(term.value, ends)
                ):
                    return True
        return False

    def _is_first(self, chain: Chain) -> bool:
        """True if a chain begins with what was given, and not with a product of other chains."""
        begins = {id(c.values[0]) for c in self.chains if c is not chain}
        return all(id(value) not in begins for value in self._back(chain.values[0], set()))

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

    def name(self, value: Value) -> str:
        """The user's own text for a value; "" if it has none."""
        known = self.names.get(id(value), [])
        own = [s for s in known if s.statement.kind in ("assign", "augment")]
        return (own or known)[-1].text if known else ""

    def used(self, step: Step) -> list[tuple[Update, Term]]:
        """What the updates of a step add to the parameters: the gradients, with their factors.

        Of a velocity it is what was added to it in this step; what is older is no gradient.
        """
        velocities = {id(u.new): u for u in self.within(step) if self.is_velocity(u, step)}
        found = []
        for update in step.updates:
            for term in update.terms:
                velocity = velocities.get(id(term.value))
                inner = (
                    (term,) if velocity is None
                    else [
                        replace(t, factor=t.factor * term.factor, divided=t.divided * term.divided)
                        for t in velocity.terms
                    ]
                )  # fmt: skip
                found += [(update, t) for t in inner if not self.is_older(t.value, step)]
        return found

    def within(self, step: Step) -> list[Update]:
        """All updates of a step, those of sums and velocities too."""
        return [u for u in self.updates if step.begin < u.stored.time <= step.end]

    def is_older(self, value: Value, step: Step) -> bool:
        return self.is_before(value, step.begin)

    def is_before(self, value: Value, time: int) -> bool:
        return value.note is None or self.index[id(value.note)] < time

    def is_velocity(self, update: Update, step: Step) -> bool:
        """True if it adds to what was there before the step."""
        kept = step.begin > 0 or abs(update.keeps - 1) > 1e-9
        return self.is_older(update.old, step) and kept


def enough(stored: Sequence[Stored], notes: Sequence[Note], steps: int) -> bool:
    """True if so many steps are complete."""
    return len(Training(stored, notes).steps()) > steps


def scalars(stored: Iterable[Stored]) -> list[Stored]:
    return [s for s in stored if size(s.value) == 1 and s.statement.kind in _KINDS]


_KINDS = ("assign", "augment", "return")
