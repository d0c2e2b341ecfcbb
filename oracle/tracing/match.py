"""Which stored value is meant to be the gradient of which value of the forward.

By use (an update subtracts it from a parameter), by value (it is the gradient, or a multiple of
it), by name (``dW1``, ``grad_b``), or by the part that it plays: with the true gradient in its
place, what is computed from it comes out right. A match that none of these makes certain is none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from oracle.tracing.gradient_names import is_like_gradient, of_name, plain
from oracle.tracing.outcomes import Match, Outcomes
from oracle.tracing.recorded import Stored
from oracle.tracing.rerun import between
from oracle.tracing.steps import Training
from oracle.tracing.truth import Truth, array, same_gradient
from oracle.tracing.updates import Update
from oracle.truth.recording import Value

NEAR = 1e-6  # sizes that differ by more are no rounding apart
LAST = 3  # values that were stored last before an exception
MANY = 16  # turns of a loop: of more, some stand for all of them
ROUNDING = 1e-12  # of the largest gradient: what is smaller is none
MOST = 60  # values of the forward that are tried in the place of one stored value


def few(turns: Sequence[Any]) -> list[Any]:
    """Some of many turns: the first two, the middle one and the last two."""
    if len(turns) <= MANY:
        return list(turns)
    return [turns[i] for i in (0, 1, len(turns) // 2, -2, -1)]


def without_a_row(of: np.ndarray) -> Iterator[np.ndarray]:
    """An array without its first or last row, or column."""
    for axis, extent in enumerate(of.shape):
        if extent > 1:
            yield np.delete(of, -1, axis)
            yield np.delete(of, 0, axis)


def _first_call(holders: Sequence[Stored]) -> list[Stored]:
    """Those of the function that has computed a value, and not those of what it returns to."""
    first = holders[0].statement
    place = first.file, first.function
    return [s for s in holders if (s.statement.file, s.statement.function) == place]


class Matcher:
    """The matches of one step."""

    def __init__(self, training: Training, truth: Truth) -> None:
        self.training = training
        self.truth = truth
        self.step = truth.step
        truth.add_parts()
        self.outcomes = Outcomes(training, truth)
        self.entries = list(self._entries())
        self.unmatched: list[Stored] = []
        # A candidate of −z would make a wrong sign right.
        self.candidates = [
            v
            for v in truth.values
            if np.max(np.abs(truth.of(v)), initial=0.0) > ROUNDING * truth.scale
            and (v.note is None or v.note.op != "negative" or self._has(v))
        ]
        self._by_shape: dict[tuple[int, ...], tuple[list[Value], np.ndarray]] = {}
        self.used: list[Match] = []
        self.followers: list[Match] = []  # these, and later ones on the way to them

    def name(self, value: Value) -> str:
        """The user's name for a value of the forward."""
        return self.training.name(self.truth.whole(value))

    def _has(self, value: Value) -> bool:
        """True if the code stores it under a name, which is no argument's."""
        known = self.training.names.get(id(value), [])
        return any(s.statement.kind != "arguments" for s in known)

    def _entries(self) -> Iterator[Stored]:
        """The values that are stored in the step and are no part of its forward."""
        parameters = {id(u.new) for u in self.step.updates}
        within = self.training.within(self.step)
        velocities = set(self.training.velocities(self.step))
        partial = {id(u.old) for u in within} - velocities
        skipped = parameters | velocities | partial
        seen: set[tuple[int, str]] = set()
        for stored in self.training.stored:
            if stored.statement.kind not in ("assign", "augment"):
                continue
            if not self.step.begin <= stored.time <= self.step.end or id(stored.value) in skipped:
                continue
            if self.truth.forward.has(stored.value) or stored.value.note is None:
                continue
            if self.training.is_older(stored.value, self.step):
                continue
            if not self.truth.loss.computed and not self._depends(stored.value):
                continue  # such as the targets, which are minus the gradient where W is 0
            key = id(stored.value), stored.text
            if key not in seen:
                seen.add(key)
                yield stored

    def _depends(self, value: Value) -> bool:
        """True if a value is computed from the parameters."""
        return any(id(value) in some for some in self.training.reach(self.step))

    def matches(self) -> list[Match]:
        """The matches, in the order of the code's run."""
        found: dict[Stored, Match] = {}
        for match in self._by_use():
            found.setdefault(match.stored, match)
        parts = {id(t.value) for u in self.step.updates for t in u.terms if u.is_of_a_part(t)}
        self.unmatched += [s for s in self.entries if id(s.value) in parts]
        self.used = list(found.values())
        self.followers = list(self.used)
        for group in reversed(self._groups(found)):
            for stored in group:
                if (known := self._by_value(stored)) is not None:
                    found[stored] = known
            some = [s for s in group if s not in found]
            if any(self._leads_astray(found[s]) for s in few(group) if s in found):
                some = list(group)
            for stored, part in self._by_parts(some).items():
                found[stored] = replace(part, how="shift" if stored in found else "part")
            for stored in group:
                if stored not in found and self._is_harmless(stored):
                    continue
                if stored not in found and (named := self._by_name(stored)) is not None:
                    found[stored] = named
                elif stored not in found and is_like_gradient(stored.text):
                    self.unmatched.append(stored)
            self.followers += few([found[s] for s in group if s in found])
        if self.training.raised:
            for stored in [s for s in self.entries[-LAST:] if s not in found]:
                if (known := self._with_a_row_too_many(stored)) is not None:
                    found[stored] = known
        told = {id(match.value) for match in found.values()}  # under a second name, too
        self.unmatched = [s for s in self.unmatched if id(s.value) not in told]
        return sorted(found.values(), key=lambda m: m.stored.order)

    def _with_a_row_too_many(self, stored: Stored) -> Match | None:
        """The gradient of something, and a row for the bias besides, that the next call refuses."""
        got = array(stored.value)
        for part in without_a_row(got):
            for value in self.candidates:
                if self.truth.of(value).shape == part.shape and self.truth.agrees(part, value):
                    return Match(stored, self._best_alike(stored, value), "name")
        return None

    def _groups(self, known: dict[Stored, Match]) -> list[list[Stored]]:
        """What one statement has stored in all its turns, by the text of its target."""
        groups: dict[tuple[int, str], list[Stored]] = {}
        for stored in self.entries:
            if stored not in known:
                groups.setdefault((id(stored.statement), stored.target.text), []).append(stored)
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
        got = array(stored.value)
        if not np.isfinite(got).all() or (got.size == 1 and got.item() in (0.0, 1.0, -1.0)):
            return None
        known, sizes = self._of_shape(got.shape)
        size = float(np.max(np.abs(got), initial=0.0))
        for factor in self.outcomes.factors:
            near = np.flatnonzero(np.abs(sizes * abs(factor) - size) <= NEAR * size)
            equal = [known[i] for i in near if self.truth.agrees(got, known[i], factor)]
            if equal:
                return Match(stored, self._likeliest(stored, equal), "value")
        equal = [v for v in known if self.outcomes.multiple(got, v) is not None]
        return Match(stored, self._likeliest(stored, equal), "value") if equal else None

    def _of_shape(self, shape: tuple[int, ...]) -> tuple[list[Value], np.ndarray]:
        """The candidates whose gradients have a shape, and the largest entry of each."""
        if shape not in self._by_shape:
            known = [v for v in self.candidates if self.truth.of(v).shape == shape]
            sizes = [float(np.max(np.abs(self.truth.of(v)), initial=0.0)) for v in known]
            self._by_shape[shape] = known, np.array(sizes)
        return self._by_shape[shape]

    def _likeliest(self, stored: Stored, values: Sequence[Value]) -> Value:
        names = of_name(stored.text)

        def score(value: Value) -> tuple[bool, bool, bool, bool]:
            name = self.name(value)
            leaf = id(self.truth.whole(value)) in self.truth.forward.leaves
            return plain(name) in names, not leaf, self._has(value), bool(name)

        return max(reversed(values), key=score)

    def _leads_astray(self, match: Match) -> bool:
        """True if it is the gradient of something, and what follows from it is not even in part.

        Where a later one already accounts for what is wrong, this one leads nowhere wrong.
        """
        later = {
            id(m.value): self.truth.of(m.of)
            for m in self.followers
            if m.how == "shift" and m.value is not match.value
        }
        moved = {id(match.value): 1.5 * array(match.value) + 0.1, **later}
        for other in self.used:
            if other.value is match.value:
                wrong = not self.outcomes.is_right(other)
            else:
                with_later = self.outcomes.rerun(other.value, later)
                with_both = self.outcomes.rerun(other.value, moved)
                if with_later is None or with_both is None or np.array_equal(with_later, with_both):
                    continue
                wrong = not self.outcomes.ratios(other, {})
            if wrong:
                return True
        return False

    def _is_renamed(self, stored: Stored, of: Value) -> bool:
        """True for dA in ``dA = W.T @ dZ; dZ = dA``: it is under a later name that it plays Z."""
        name = plain(self.name(of))
        later = [s for s in self.entries if s.value is stored.value and s.order >= stored.order]
        return name not in of_name(stored.text) and any(name in of_name(s.text) for s in later)

    # -- by the part that it plays -----------------------------------------------------------------

    def _by_parts(self, group: Sequence[Stored]) -> dict[Stored, Match]:
        """The values whose gradients, put in the place of these, make what follows right.

        Those of one statement, in all its turns, are the gradients of what another statement has
        computed in as many turns, in the same order or from the last to the first.
        """
        if len(group) > 1:
            for values in self._families(len(group), {s.value.shape for s in group}):
                for ordered in (values, values[::-1]):
                    pairs = list(zip(group, ordered, strict=True))
                    if self._play_part(pairs):
                        found_here = [(s, self._best_alike(s, v)) for s, v in pairs]
                        return {
                            s: Match(s, v, "part")
                            for s, v in found_here
                            if not self._is_renamed(s, v)
                        }
        found = {}
        for stored in few(group):
            shape = stored.value.shape
            names = of_name(stored.text)
            named = [v for v in self.candidates if plain(self.name(v)) in names]
            alike = [v for v in reversed(self.candidates) if self.truth.of(v).shape == shape]
            for value in dict.fromkeys([*named, *alike[:MOST]]):
                if self._play_part([(stored, value)]):
                    best = self._best_alike(stored, value)
                    if not self._is_renamed(stored, best):
                        found[stored] = Match(stored, best, "part")
                    break
        return found

    def _best_alike(self, stored: Stored, value: Value) -> Value:
        """Of the values with the same gradient (z, and z before the bias), the likeliest."""
        true = self.truth.of(value)
        return self._likeliest(
            stored, [value, *(v for v in self.candidates if same_gradient(self.truth.of(v), true))]
        )

    def _families(self, count: int, shapes: set[tuple[int, ...]]) -> Iterator[list[Value]]:
        """Values of the forward that one place in the code has computed, so many of them."""
        groups: dict[object, list[Value]] = {}
        for value in self.candidates:
            note = self.truth.maker(value)
            if note is not None and value.shape in shapes:
                groups.setdefault((note.place.span, note.file, id(value.note)
                                   if value.note is None else 0), []).append(value)  # fmt: skip
        latest = reversed(list(groups.values()))
        for values in sorted(latest, key=lambda values: self.truth.is_part(values[0])):
            ordered = sorted(values, key=self._made_at)
            every, rest = divmod(len(ordered), count)
            for first in range(every if not rest else 0):  # one layer of several, say
                yield ordered[first::every]

    def _made_at(self, value: Value) -> int:
        note = self.truth.maker(value)
        return self.training.index[id(note)] if note is not None else -1

    def _play_part(self, pairs: Sequence[tuple[Stored, Value]]) -> bool:
        """True if, with these gradients in their places, wrong ones of parameters become right."""
        changed = {id(s.value): self.truth.of(v) for s, v in pairs}
        if any(s.value.shape != self.truth.of(v).shape for s, v in pairs) and len(pairs) > 1:
            return False
        cured = 0
        for match in self.followers:
            if id(match.value) in changed:
                continue
            made = self.outcomes.rerun(match.value, changed)
            if made is None:
                return False
            if np.array_equal(made, array(match.value)):
                continue
            if self.outcomes.ratios(match, {}):
                return False  # it was right before, up to a factor
            cured += bool(self.outcomes.ratios(match, changed))
        return cured > 0

    # -- by name -----------------------------------------------------------------------------------

    def _by_name(self, stored: Stored) -> Match | None:
        names = of_name(stored.text)
        named = [v for v in self.candidates if self.name(v) and plain(self.name(v)) in names]
        if len(named) != 1 or not is_like_gradient(stored.text):
            return None
        on_a_sheet = not self.step.updates
        return Match(stored, named[0], "name") if on_a_sheet or self._followed_by(stored) else None

    def _followed_by(self, stored: Stored) -> list[Match]:
        """The gradients of parameters that are computed from it."""
        here = {id(stored.value): array(stored.value)}
        return [m for m in self.used if between(m.value, here, self.training, self.step.begin)]

    def _is_harmless(self, stored: Stored) -> bool:
        """True for ``da = a * (1 - a)``: nothing wrong follows from it, whatever its name says."""
        followers = self._followed_by(stored)
        return bool(followers) and all(map(self.outcomes.is_right, followers))
