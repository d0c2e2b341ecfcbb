"""The steps of a training: which values are parameters, and where each step begins and ends."""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from oracle.tracing.ancestry import follow_from, follow_from_any
from oracle.tracing.factors import before_norm, size
from oracle.tracing.recorded import Attempt, Stored
from oracle.tracing.updates import Chain, Term, Update, chains, expanded, is_step_size, updates
from oracle.truth.recording import Cut, Note, Value

SHOWN = 3  # updates at the begin and at the end of a long chain that are looked at
MOST_TERMS = 50  # of one update
SUMS = ("add", "subtract", "multiply", "divide", "negative", "read", "copy")


def _scaled(part: Term, by: Term) -> Term:
    """A summand of something that is itself a summand."""
    return replace(
        part, factor=part.factor * by.factor, divided=part.divided * by.divided,
        exact=part.exact and by.exact,
    )  # fmt: skip


def _summed(update: Update, by: Term) -> list[Term]:
    """The terms that a velocity adds up, each with its factor.

    Of a running mean, whose weights sum to 1, they are the optimizer's, as is the correction of
    its bias: no 1/m that a gradient leaves to its update.
    """
    terms = [_scaled(part, by) for part in update.terms]
    weight = 1.0 - update.keeps
    is_mean = weight == 1.0 or (
        weight > 1e-9 and all(abs(abs(t.factor) - weight) < 1e-9 for t in update.terms)
    )
    return [replace(term, divided=1.0, literal=1.0) for term in terms] if is_mean else terms


@dataclass(frozen=True)
class Step:
    """One step: from the last update of the step before to its own last update."""

    begin: int  # times, in calls recorded
    end: int
    updates: tuple[Update, ...]
    given: tuple[Value, ...] = ()  # without updates: the arrays that a sheet begins with

    @property
    def parameters(self) -> tuple[Value, ...]:
        """As they were before this step's updates."""
        if self.given:
            return self.given
        new = {id(update.new) for update in self.updates}
        return tuple(u.old for u in self.updates if id(u.old) not in new)


class Training:
    """The training as the record shows it, before any loss is chosen."""

    def __init__(
        self,
        stored: Sequence[Stored],
        notes: Sequence[Note],
        failed: Attempt | None = None,
        cuts: Sequence[tuple[int, Cut]] = (),
        raised: bool = False,
    ) -> None:
        self.raised = raised  # an exception has ended it
        self.stored = stored
        self.notes = notes
        self.index = {id(note): i for i, note in enumerate(notes)}
        self.cuts = cuts
        self.inputs = {id(n): tuple(id(v) for v in n.inputs) for n in notes}  # ids, by the call's
        self._reach: dict[tuple[int, int], tuple[frozenset[int], frozenset[int]]] = {}
        self.names: dict[int, list[Stored]] = {}  # of all values that have one, by their ids
        for one in stored:
            self.names.setdefault(id(one.value), []).append(one)
        self.updates = updates(stored, failed)
        self.made = {id(u.new): u for u in self.updates}
        self.ends = set(self.made)
        self.chains = chains(self.updates)
        self.first = {id(v): chain.values[0] for chain in self.chains for v in chain.values}

    @functools.cached_property
    def _repeated(self) -> set[int]:
        """The ids of the statements that have run more than once."""
        return {id(one.statement) for one in self.stored if one.turn > 1}

    @functools.cached_property
    def files(self) -> set[str]:
        """The files whose statements were run."""
        return {one.statement.file for one in self.stored}

    @functools.cached_property
    def first_use(self) -> dict[int, int]:
        """The number of the first call that a value goes into, by the id of the value."""
        found: dict[int, int] = {}
        for i, note in enumerate(self.notes):
            for key in self.inputs[id(note)]:
                found.setdefault(key, i)
        return found

    def steps(self) -> list[Step]:
        """The steps, in order; the last one may have been cut short."""
        return self._steps

    @functools.cached_property
    def _steps(self) -> list[Step]:
        parameters = self._parameters()
        ends = {id(value) for chain in parameters for value in chain.values}
        kept = [self._trained(chain, ends) for chain in parameters]
        made = sorted((u for some in kept for u in some), key=lambda u: u.stored.time)
        place = {id(u): i for i, some in enumerate(kept) for u in some}
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
            begin = max([found[-1].end if found else 0, *map(self._missed, group)])
            found.append(Step(begin, group[-1].stored.time, tuple(group)))
        if len(found) > 1:
            begin = max(found[0].begin, self._training_begins(found[0], found[1]))
            found[0] = replace(found[0], begin=begin)
        return found

    def _training_begins(self, first: Step, second: Step) -> int:
        """When a parameter was first used, or a call made that the second step makes as well.

        What is before is preparation: the second step sees only its results, and so does the first.
        """
        # By the place in the text: Python runs an instruction again under other numbers.
        again = {(note.file, note.place.span) for note in self.notes[second.begin : second.end]}
        parameters = {id(value) for value in first.parameters}
        for time, note in enumerate(self.notes[: first.end]):
            if (note.file, note.place.span) in again:
                return time
            if not parameters.isdisjoint(self.inputs[id(note)]):
                return time
        return 0

    def sheet(self) -> Step | None:
        """The whole record as one step without updates: a derivation on paper, or one that raised.

        Its parameters are the named arrays that it begins with.
        """
        given: dict[int, Value] = {}
        for one in self.stored:
            value = one.value
            if (
                value.note is None
                and value.active
                and size(value) > 1
                and one.time < len(self.notes)
            ):
                given.setdefault(id(value), value)
        return Step(0, len(self.notes), (), tuple(given.values())) if given else None

    def _missed(self, update: Update) -> int:
        """When a first update, of a bias that was the integer 0, made what a step begins with."""
        own = [s for s in self.names.get(id(update.old), []) if s.before == ()]
        return max((s.time for s in own if s.statement is update.stored.statement), default=0)

    def _parameters(self) -> list[Chain]:
        """The chains whose updates depend on what they update, as a gradient depends on W.

        What is added to a sum over samples, a velocity or a running average does not. Where there
        has been one step only, a parameter is what was there before any other update.
        """
        for some in ([c for c in self.chains if c.repeats], self._firsts()):
            ends = {id(value) for chain in some for value in chain.values}
            some = [chain for chain in some if not all(u.is_running_mean for u in chain.updates)]
            found = [chain for chain in some if self._depends_on_itself(chain, ends)]
            if found:
                return found
        return []

    def _trained(self, chain: Chain, ends: set[int]) -> Sequence[Update]:
        """The updates of a chain, from the first one that depends on a parameter on.

        What comes before that, as ``p['b'][:4] = 1.0`` does, makes what the training begins with.
        """
        for at, update in enumerate(chain.updates):
            added = [term.value for term in update.terms] or [update.old]
            if follow_from_any(added, ends):
                return chain.updates[at:]
        return chain.updates

    def _depends_on_itself(self, chain: Chain, ends: set[int]) -> bool:
        some = chain.updates
        if len(some) > 2 * SHOWN:  # a sum over samples, say
            some = (*some[:SHOWN], *some[-SHOWN:])
        for update in some:
            values = (term.value for term in self._gradients(update))
            if follow_from([v for v in values if v is not update.old], update.old, ends):
                return True
        return False

    def _gradients(self, update: Update) -> list[Term]:
        """The terms of an update; for a velocity or running mean, the terms added to that."""
        found: list[Term] = []
        queue, seen = list(update.terms), 0
        while queue and seen < MOST_TERMS:
            term = queue.pop()
            seen += 1
            inner = self.made.get(id(term.value))
            parts = [] if inner else expanded(term.value, update.old, self.ends, set())
            if inner is not None:
                queue += [_scaled(part, term) for part in inner.terms]
                found.append(Term(inner.keeps, inner.old))
            elif any(id(part.value) in self.ends for part in parts if part.value is not term.value):
                queue += [_scaled(part, term) for part in parts]
            else:
                found.append(term)
        return found

    def _firsts(self) -> list[Chain]:
        """The chains that begin with what was given, and not with a product of other chains."""
        begins = [id(chain.values[0]) for chain in self.chains]
        made = set(begins)  # and what is computed from them
        products: set[int] = set()
        for note in self.notes:
            if not made.isdisjoint(self.inputs[id(note)]):
                outputs = [id(v) for v in note.outputs if v.active]
                made.update(outputs)
                products.update(outputs)
        once = {key for key, count in Counter(begins).items() if count == 1} - products
        return [chain for chain in self.chains if id(chain.values[0]) in once]

    def reach(self, step: Step) -> tuple[frozenset[int], frozenset[int]]:
        """The ids of what depends on the parameters as a step found them, and on updated ones."""
        key = step.begin, step.end
        if key not in self._reach:
            old = {id(v) for v in step.parameters}
            new = {id(u.new) for u in step.updates}
            for note in self.until_next(step):
                made = [id(v) for v in note.outputs if v.active]
                inputs = self.inputs[id(note)]
                if not new.isdisjoint(inputs):
                    new.update(made)
                if not old.isdisjoint(inputs):
                    old.update(i for i in made if i not in new)
            self._reach[key] = frozenset(old), frozenset(new)
        return self._reach[key]

    def until_next(self, step: Step) -> Sequence[Note]:
        """The calls of a step and of the one after it: a loss may be computed after the updates."""
        ends = [other.end for other in self.steps() if other.end > step.end]
        return self.notes[step.begin : min(ends, default=len(self.notes))]

    def name(self, value: Value) -> str:
        """The user's own text for a value; "" if it has none."""
        known = self.names.get(id(self.first.get(id(value), value)), [])
        own = [s for s in known if s.statement.kind in ("assign", "augment")]
        if own and id(value) in self.first:
            return own[0].text  # of a parameter the name that it began with
        return (own or known)[-1].text if known else ""

    def used(self, step: Step) -> list[tuple[Update, Term]]:
        """The terms that the updates of a step add to the parameters: gradients with factors.

        Of a velocity it is what was added to it in this step; what is older is no gradient.
        """
        velocities = self.velocities(step)
        found = []
        for update in step.updates:
            terms = self._terms(update, velocities, step)
            found += [(update, term) for term in self._joined(update, terms)]
        return found

    def _joined(self, update: Update, terms: list[Term]) -> list[Term]:
        """The summands of an update; as one, where they are added up in the update itself.

        ``W += rate * (seen - dreamt)``: the gradient is the difference.
        """
        wanted = {id(term.value) for term in terms}
        if len(wanted) < 2:
            return terms
        value = update.new
        while value.note is not None:
            parts = [v for v in value.note.inputs if v.active]
            below = [part for part in parts if wanted <= {id(v) for v in self._within(part)}]
            if len(below) != 1 or id(below[0]) in wanted:
                break
            value = below[0]
        inside = {id(v) for v in self._within(value)}
        if value is update.new or id(update.old) in inside:
            return terms
        steps = {id(s.value) for s in self.stored if is_step_size(s.text)}
        whole = expanded(update.new, update.old, {id(value)}, steps)
        joined = [term for term in whole if term.value is value]
        return joined if len(joined) == 1 else terms

    def _within(self, value: Value, depth: int = 4) -> Iterator[Value]:
        """A value, and what the same expression computes it from."""
        yield value
        if value.note is not None and depth and value.note.op in SUMS:
            for part in value.note.inputs:
                yield from self._within(part, depth - 1)

    def _terms(
        self, update: Update, velocities: dict[int, Update], step: Step, clipped: bool = False
    ) -> list[Term]:
        """The terms of an update made in this step; ``clipped``: also as divided by a norm."""
        found = []
        queue, seen = list(update.terms), 0
        while queue and seen < MOST_TERMS:
            term = queue.pop(0)
            seen += 1
            inner = velocities.get(id(term.value))
            if inner is not None and inner is not update:
                queue += _summed(inner, term)
                continue
            parts = expanded(term.value, update.old, set(velocities), set())
            if any(id(p.value) in velocities for p in parts if p.value is not term.value):
                queue += [_scaled(part, term) for part in parts]
            elif not self.is_older(term.value, step) and not update.is_of_a_part(term):
                value = term.value if clipped else before_norm(term.value)
                found.append(replace(term, value=value))
        return found

    def clipped(self, step: Step) -> set[int]:
        """The ids of gradients that were divided by a norm of gradients: no longer gradients."""
        velocities = self.velocities(step)
        ends = [t.value for u in self.within(step) for t in self._terms(u, velocities, step, True)]
        return {id(value) for value in ends if before_norm(value) is not value}

    def within(self, step: Step) -> list[Update]:
        """All updates of a step, those of sums and velocities too."""
        return [u for u in self.updates if step.begin < u.stored.time <= step.end]

    def velocities(self, step: Step) -> dict[int, Update]:
        """The updates of a step that add to what was there before it, by the id of the result."""
        found: dict[int, Update] = {}
        for update in self.within(step):
            if self.is_velocity(update, step) or id(update.old) in found:
                found[id(update.new)] = update
        return found

    def is_older(self, value: Value, step: Step) -> bool:
        return self.is_before(value, step.begin)

    def is_before(self, value: Value, time: int) -> bool:
        """True for what was made before a time; of what was given, it is the time of its name."""
        if value.note is not None:
            return self.index[id(value.note)] < time
        known = self.names.get(id(value))
        if not known or time == 0:
            return True
        first = known[0]
        prepared = first.time == time and id(first.statement) not in self._repeated
        return first.time < time or prepared

    def is_velocity(self, update: Update, step: Step) -> bool:
        """True if it adds to what was there before the step."""
        kept = step.begin > 0 or abs(update.keeps - 1) > 1e-9
        return self.is_older(update.old, step) and kept


def may_end_a_step(stored: Stored) -> bool:
    """True if a statement updates a value, by what follows from that value, as a gradient does.

    What is added to a sum over samples, or over time, does not; what is computed from the turn
    before (``dz = (dy + dz @ W.T) * slope``) adds nothing to it.
    """
    for old in stored.before:
        if old is stored.value:
            continue
        terms = expanded(stored.value, old, set(), set())
        added = [term.value for term in terms if term.value is not old]
        if len(added) < len(terms) and follow_from(added, old, ()):
            return True
    return False


def enough(stored: Sequence[Stored], notes: Sequence[Note], steps: int) -> bool:
    """True if so many steps are complete."""
    return len(Training(stored, notes).steps()) > steps


def scalars(stored: Iterable[Stored]) -> list[Stored]:
    return [s for s in stored if size(s.value) == 1 and s.statement.kind in _KINDS]


_KINDS = ("assign", "augment", "return")
