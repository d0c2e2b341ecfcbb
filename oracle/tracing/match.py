"""Which stored value is meant to be the gradient of which value of the forward.

By use (an update subtracts it from a parameter), by value (it is the gradient, or a multiple of
it), by name (``dW1``, ``grad_b``), or by the part that it plays: with the true gradient in its
place, what is computed from it comes out right. A match that none of these makes certain is none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from oracle.tracing.entries import entries
from oracle.tracing.expected import Expected
from oracle.tracing.gradient_names import is_like_gradient, of_name, plain
from oracle.tracing.outcomes import MOST_WORK, Changed, Match, Outcomes
from oracle.tracing.recorded import Stored
from oracle.tracing.steps import Training
from oracle.tracing.truth import Truth, array, same_gradient, without_a_row
from oracle.tracing.turns import Families, aligned, few
from oracle.tracing.updates import Update
from oracle.truth.recording import Value

NEAR = 1e-6  # sizes that differ by more are no rounding apart
LAST = 3  # values that were stored last before an exception
ROUNDING = 1e-12  # of the largest gradient: what is smaller is none
FIRST = 3  # turns that are tried one by one
SHARE = 8  # of the work of a step: no more is done for one statement
MOST = 60  # values of the forward that are tried in the place of one stored value


def _first_call(holders: Sequence[Stored]) -> list[Stored]:
    """Those of the function that has computed a value, and not those of what it returns to."""
    first = holders[0].statement
    place = first.file, first.function
    return [s for s in holders if (s.statement.file, s.statement.function) == place]


def _key(stored: Stored) -> tuple[int, str]:
    return id(stored.statement), stored.target.text


# By statement and target: the places in the forward, and the turns there, of all its turns.
Places = dict[tuple[int, str], list[tuple[object, int]]]


class Matcher:
    """The matches of one step."""

    def __init__(self, training: Training, truth: Truth, places: Places | None = None) -> None:
        self.training = training
        self.places = places if places is not None else {}  # of earlier steps, and of this one
        self.truth = truth
        self.step = truth.step
        truth.add_parts()
        self.outcomes = Outcomes(training, truth)
        self.entries = list(entries(training, truth))
        self.unmatched: list[Stored] = []
        # A candidate of −z would make a wrong sign right.
        self.candidates = [
            v
            for v in truth.values
            if np.max(np.abs(truth.of(v)), initial=0.0) > ROUNDING * truth.scale
            and (v.note is None or v.note.op != "negative" or self._has(v))
        ]
        self.families = Families(truth, self.candidates)
        self._by_shape: dict[object, tuple[list[Value], np.ndarray]] = {}
        self._groups_of: dict[int, list[list[Stored]]] = {}  # by their number of turns
        self._known_values: dict[Stored, Match | None] = {}
        self.used: list[Match] = []
        self.known: list[Match] = []  # all of them, once they are found
        self.expected = Expected(training, truth, self.outcomes)

    def name(self, value: Value) -> str:
        """The user's name for a value of the forward."""
        return self.training.name(self.truth.whole(value))

    def _has(self, value: Value) -> bool:
        """True if the code stores it under a name that is not an argument's name."""
        known = self.training.names.get(id(value), [])
        return any(s.statement.kind != "arguments" for s in known)

    def matches(self) -> list[Match]:
        """The matches, in the order of the code's run."""
        found: dict[Stored, Match] = {}
        for match in self._by_use():
            found.setdefault(match.stored, match)
        parts = {id(t.value) for u in self.step.updates for t in u.terms if u.is_of_a_part(t)}
        self.unmatched += [s for s in self.entries if id(s.value) in parts]
        self.used = list(found.values())
        self.expected.add(self.used)
        groups = self._groups(found)
        for group in groups:
            self._groups_of.setdefault(len(group), []).append(group)
        self.expected.pending = {id(s.value) for group in groups for s in group}
        for group in reversed(groups):
            self.expected.pending -= {id(s.value) for s in group}
            self._match(group, found)
        for group in groups:  # what one turn hands to the next one follows from later statements
            if len(group) > 1 and all(s not in found for s in group):
                self._limit_work()
                found.update(carried := self._by_parts(group))
                self.expected.add(list(carried.values()))
        self.outcomes.limit = MOST_WORK
        for stored, match in list(found.items()):
            if match.how == "part" and self._is_misplaced(match):
                del found[stored]
        told = {id(match.value) for match in found.values()}  # under a second name, too
        self.unmatched = [s for s in self.unmatched if id(s.value) not in told]
        if self.training.raised:
            for stored in [s for s in self.entries[-LAST:] if s not in found]:
                if (known := self._with_a_row_too_many(stored)) is not None:
                    found[stored] = known
        self.known = sorted(found.values(), key=lambda m: m.stored.order)
        return self.known

    def _match(self, group: Sequence[Stored], found: dict[Stored, Match]) -> None:
        """Find the matches of one statement, in all its turns."""
        found.update(self._by_earlier_steps(group))
        for stored in group:
            if stored not in found and (match := self._by_value(stored)) is not None:
                found[stored] = match
        found.update(self._by_turns(group, found))
        some = [s for s in group if s not in found]
        known = [(s, found[s].of) for s in group if s in found]
        self._limit_work()
        astray = any(self._leads_astray(found[s]) for s, _ in few(known))
        if astray and not self._cured(known):
            some = list(group)
        for stored, part in self._by_parts(some).items():
            found[stored] = replace(part, how="shift" if stored in found else "part")
        self.outcomes.limit = MOST_WORK
        if not any(s in found for s in group):
            found.update(self._by_names(group))
        for stored in group:
            if stored not in found and self._is_harmless(stored):
                continue
            if stored not in found and (named := self._by_name(stored)) is not None:
                found[stored] = named
            elif stored not in found and is_like_gradient(stored.text):
                self.unmatched.append(stored)
        self.expected.add([found[s] for s in group if s in found])
        self._remember(group, found)

    def _limit_work(self) -> None:
        """No statement takes more than its share of the work."""
        self.outcomes.limit = min(MOST_WORK, self.outcomes.work + MOST_WORK // SHARE)

    def _with_a_row_too_many(self, stored: Stored) -> Match | None:
        """The gradient of something, and a row for the bias besides, that the next call refuses."""
        got = array(stored.value)
        for part in without_a_row(got):
            for value in self.candidates:
                if self.truth.of(value).shape == part.shape and self.truth.agrees(part, value):
                    return Match(stored, self._best_alike(stored, value), "name")
        return None

    def _groups(self, known: dict[Stored, Match]) -> list[list[Stored]]:
        """The values that one statement has stored in all its turns, by the text of its target."""
        groups: dict[tuple[int, str], list[Stored]] = {}
        for stored in self.entries:
            if stored not in known:
                groups.setdefault(_key(stored), []).append(stored)
        return list(groups.values())

    # -- by use ------------------------------------------------------------------------------------

    def _by_use(self) -> Iterator[Match]:
        taken: set[int] = set()
        for update, term in self.training.used(self.step):
            if not self.truth.has(update.old):
                continue
            sign = -1.0 if term.factor > 0 else 1.0
            holders = [s for s in self.entries if s.value is term.value]
            holders = [s for s in holders if s.time <= update.stored.time]
            if id(term.value) in taken:  # the gradient of one parameter is none of a second one
                holders = []
            taken.add(id(term.value))
            stored = _first_call(holders)[-1] if holders else self._unnamed(update, term.value)
            yield Match(stored, update.old, "use", sign, update, term)

    def _unnamed(self, update: Update, value: Value) -> Stored:
        """A gradient that stands in the update itself."""
        return replace(update.stored, text=f"the update of {update.stored.text}", value=value)

    # -- by value ----------------------------------------------------------------------------------

    def _by_value(self, stored: Stored) -> Match | None:
        if stored not in self._known_values:
            self._known_values[stored] = self._of_value(stored)
        return self._known_values[stored]

    def _of_value(self, stored: Stored) -> Match | None:
        got = array(stored.value)
        if not np.isfinite(got).all() or (got.size == 1 and got.item() in (0.0, 1.0, -1.0)):
            return None
        known, sizes = self._of_shape(got.shape, self._may_be_a_part(stored))
        size = float(np.max(np.abs(got), initial=0.0))
        for factor in self.outcomes.factors:
            near = np.flatnonzero(np.abs(sizes * abs(factor) - size) <= NEAR * size)
            equal = [known[i] for i in near if self.truth.agrees(got, known[i], factor)]
            if equal:
                return Match(stored, self._likeliest(stored, equal), "value")
        equal = [v for v in known if self.outcomes.multiple(got, v) is not None]
        return Match(stored, self._likeliest(stored, equal), "value") if equal else None

    def _may_be_a_part(self, stored: Stored) -> bool:
        """True if it is called a gradient, or gradients follow from it.

        One use of an output may add what is a one-hot target.
        """
        return is_like_gradient(stored.text) or bool(self.expected.ends([stored.value]))

    def _of_shape(self, shape: tuple[int, ...], parts: bool) -> tuple[list[Value], np.ndarray]:
        """The candidates whose gradients have a shape, and the largest entry of each."""
        key = shape, parts
        if key not in self._by_shape:
            known = [v for v in self.candidates if self.truth.of(v).shape == shape]
            known = [v for v in known if parts or not self.truth.is_part(v)]
            sizes = [float(np.max(np.abs(self.truth.of(v)), initial=0.0)) for v in known]
            self._by_shape[key] = known, np.array(sizes)
        return self._by_shape[key]

    def _likeliest(self, stored: Stored, values: Sequence[Value]) -> Value:
        names = of_name(stored.text)

        def score(value: Value) -> tuple[bool, ...]:
            name = self.name(value)
            leaf = id(self.truth.whole(value)) in self.truth.forward.leaves
            whole = not self.truth.is_part(value)
            return plain(name) in names, not leaf, whole, self._has(value), bool(name)

        return max(reversed(values), key=score)

    def _leads_astray(self, match: Match) -> bool:
        """True if it is the gradient of something, and what follows from it is of nothing.

        Where a later one already accounts for what is wrong, this one leads nowhere wrong.
        """
        ends = self.expected.ends([match.value])
        if any(other.how == "shift" for other in ends):
            return False
        return any(not self.expected.is_right(other) for other in ends)

    def _is_renamed(self, stored: Stored, of: Value) -> bool:
        """True for dA in ``dA = W.T @ dZ; dZ = dA``: it is under a later name that it plays Z."""
        name = plain(self.name(of))
        later = [s for s in self.entries if s.value is stored.value and s.order >= stored.order]
        return name not in of_name(stored.text) and any(name in of_name(s.text) for s in later)

    def _remember(self, group: Sequence[Stored], found: Mapping[Stored, Match]) -> None:
        if all(s in found for s in group):
            places = [self.families.place(found[s].of) for s in group]
            self.places.setdefault(_key(group[0]), places)

    def _by_earlier_steps(self, group: Sequence[Stored]) -> dict[Stored, Match]:
        """Match gradients that are 0 in this step (dead units) by their places in earlier ones."""
        places = self.places.get(_key(group[0]), [])
        if len(places) != len(group):
            return {}
        found = {}
        for stored, place in zip(group, places, strict=True):
            value = self.families.at(place)
            if value is None or not self.truth.has(value) or np.any(self.truth.of(value)):
                continue
            if value.shape == stored.value.shape:
                found[stored] = Match(stored, value, "part")
        return found

    def _by_turns(
        self, group: Sequence[Stored], found: Mapping[Stored, Match]
    ) -> dict[Stored, Match]:
        """The other turns of a statement of which some are gradients by their values."""
        known = {i: found[s].of for i, s in enumerate(group) if s in found}
        if not known or len(known) == len(group):
            return {}
        values = aligned(len(group), known, self.families.of)
        if values is None:
            return {}
        others = [(s, v) for s, v in zip(group, values, strict=True) if s not in found]
        if any(s.value.shape != v.shape for s, v in others):
            return {}
        return {s: Match(s, v, "part") for s, v in others}

    # -- by the part that it plays -----------------------------------------------------------------

    def _by_parts(self, group: Sequence[Stored]) -> dict[Stored, Match]:
        """The values whose gradients, put in the place of these, make what follows right.

        Those of one statement, in all its turns, are the gradients of what another statement has
        computed in as many turns, in the same order or from the last to the first.
        """
        for pairs in self._pairings(group):
            cured = [self._cured(each) for each in pairs]  # sums are so in either order
            if any(cured):
                likely = [(s, self._best_alike(s, v)) for s, v in pairs[int(np.argmax(cured))]]
                return {s: Match(s, v, "part") for s, v in likely if not self._is_renamed(s, v)}
        found = {}
        for stored in few(group)[:FIRST]:
            shape = stored.value.shape
            names = of_name(stored.text)
            named = [v for v in self.candidates if plain(self.name(v)) in names]
            alike = [v for v in reversed(self.candidates) if self.truth.of(v).shape == shape]
            for value in dict.fromkeys([*named, *alike[:MOST]]):
                if self._cured([(stored, value)]):
                    best = self._best_alike(stored, value)
                    if not self._is_renamed(stored, best):
                        found[stored] = Match(stored, best, "part")
                    break
        return found

    def _pairings(self, group: Sequence[Stored]) -> Iterator[list[list[tuple[Stored, Value]]]]:
        """The turns of a statement with those of a place: forwards and backwards.

        One turn may be too many: what the first state of a loop over time is given to is no call.
        """
        shapes = {s.value.shape for s in group}
        for count in (len(group), len(group) - 1) if len(group) > 1 else ():
            for values in self.families.of_size(count, shapes) if count > 1 else ():
                forwards = list(zip(group[-count:], values, strict=True))
                yield [forwards, list(zip(group[:count], values[::-1], strict=True))]

    def _best_alike(self, stored: Stored, value: Value) -> Value:
        """Of the values with the same gradient (z, and z before the bias), the likeliest."""
        true = self.truth.of(value)
        return self._likeliest(
            stored, [value, *(v for v in self.candidates if same_gradient(self.truth.of(v), true))]
        )

    def _cured(self, pairs: Sequence[tuple[Stored, Value]]) -> int:
        """How many wrong ones that follow become right with these gradients in their places."""
        if any(s.value.shape != self.truth.of(v).shape for s, v in pairs) and len(pairs) > 1:
            return 0
        changed: Changed = {id(s.value): self.truth.of(v) for s, v in pairs}
        cured = 0
        for end in self.expected.ends([s.value for s, _ in pairs]):
            was_right = self.expected.is_right(end)
            if self.expected.scales(end, changed):
                cured += not was_right
            elif was_right:  # up to a factor
                made = self.outcomes.rerun(end.value, changed)
                if made is None or not np.array_equal(made, array(end.value)):
                    return 0
        return cured

    # -- by name -----------------------------------------------------------------------------------

    def _by_name(self, stored: Stored) -> Match | None:
        named = self._named(stored)
        if len(named) != 1 or not self._leads_on(stored):
            return None
        return Match(stored, named[0], "name")

    def _by_names(self, group: Sequence[Stored]) -> dict[Stored, Match]:
        """All turns of a statement whose name is after what one place has computed in as many."""
        families = {id(v): v for v in map(self.families.first, self._named(group[0])) if v}
        if len(group) < 2 or len(families) != 1 or not all(map(self._leads_on, group[:FIRST])):
            return {}
        values = self.families.of(next(iter(families.values())))
        pace = self._pace(len(group))
        if not pace or len(values) != len(group) or values[0].shape != group[0].value.shape:
            return {}
        turns = zip(group, values[::pace], strict=True)
        return {stored: Match(stored, value, "name") for stored, value in turns}

    def _pace(self, count: int) -> int:
        """−1 if so many turns go back through those of the forward; 0 if no values show it."""
        for group in self._groups_of.get(count, ()):
            known = [m.of for s in (group[0], group[1], group[-1]) if (m := self._by_value(s))]
            places = [self.families.place(value) for value in known]
            if len(places) > 1 and len({place for place, _ in places}) == 1:
                return -1 if places[0][1] > places[1][1] else 1
        return 0

    def _named(self, stored: Stored) -> list[Value]:
        """The values that the name of a gradient is after."""
        if not is_like_gradient(stored.text):
            return []
        names = of_name(stored.text)
        return [
            v for v in self.candidates
            if not self.truth.is_part(v) and self.name(v) and plain(self.name(v)) in names
        ]  # fmt: skip

    def _leads_on(self, stored: Stored) -> bool:
        """True if other gradients are computed from it."""
        return not self.step.updates or self.expected.leads_on(stored.value)

    def _is_misplaced(self, match: Match) -> bool:
        """True if it is no gradient of that value, and all that follows from it is right."""
        ends = self.expected.ends([match.value])
        if not ends or self.outcomes.multiple(array(match.value), match.of) is not None:
            return False
        return all(map(self.expected.is_right, ends))

    def _is_harmless(self, stored: Stored) -> bool:
        """True for ``da = a * (1 - a)``: nothing wrong follows from it, whatever its name says."""
        followers = self.expected.ends([stored.value])
        return bool(followers) and all(map(self.outcomes.is_right, followers))
