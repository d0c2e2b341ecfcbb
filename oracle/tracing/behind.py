"""The calls behind a gradient, run again by NumPy with some of them changed.

They go back to earlier gradients, which are taken as they should be, and to values of the forward.
"""

import functools
import linecache
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from oracle.tracing.blame import Judged
from oracle.tracing.match import Matcher
from oracle.tracing.rerun import CannotRerun, outcome
from oracle.tracing.truth import array, same_gradient
from oracle.truth.recording import Note, Value

MOST_CALLS = 400  # behind one gradient
MOST_RUNS = 30_000  # calls run again for one gradient in one step
SHORT = 60  # characters: so much of an expression is shown


@dataclass(frozen=True)
class Source:
    """Something that an operand may be instead."""

    text: str
    array: np.ndarray
    value: Value
    is_gradient: bool


Spot = tuple[int, ...]  # the numbers of the calls at one place of the code, in all its turns


class Calls:
    """The calls behind one gradient, ready to be run again with some of them changed.

    What one place of the code computes in several turns of a loop is changed in all of them.
    """

    def __init__(self, matcher: Matcher, judged: Judged) -> None:
        self.matcher = matcher
        self.judged = judged
        self.truth = matcher.truth
        self.value = judged.match.value
        self.given = dict(judged.given)
        steps = matcher.outcomes.step_sizes if judged.match.how == "use" else {}
        self.known: dict[int, Any] = {**steps, **self.given}
        self.notes = self._behind()
        self.made: list[dict[int, Any]] = []  # by each call as it is
        self.left = MOST_RUNS
        term = judged.match.term
        shares = {1.0, abs(term.share)} if term is not None and term.share else {1.0}
        self.wanted = [judged.want / share for share in shares]
        places: dict[Hashable, list[int]] = {}
        for at, note in enumerate(self.notes):
            places.setdefault((note.file, note.place.span, note.op), []).append(at)
        self.spots: dict[Hashable, Spot] = {key: tuple(ats) for key, ats in places.items()}

    @property
    def can_run(self) -> bool:
        """True if the calls are few enough, and each of them could be run again."""
        return bool(self.notes) and len(self.notes) <= MOST_CALLS and self._run_once()

    def _behind(self) -> list[Note]:
        """The calls, in their order."""
        found: dict[int, Note] = {}
        queue, training = [self.value], self.matcher.training
        while queue:
            one = queue.pop()
            note = one.note
            if note is None or id(note) in found or training.is_older(one, self.truth.step):
                continue
            if one is not self.value and (id(one) in self.known or self.truth.forward.has(one)):
                continue
            found[id(note)] = note
            queue.extend(v for v in note.inputs if v.active)
        return sorted(found.values(), key=lambda note: training.index[id(note)])

    def _run_once(self) -> bool:
        """Run the calls as they are; False if one of them cannot be run again."""
        known = dict(self.known)
        for note in self.notes:
            try:
                made = outcome(note, known)
            except CannotRerun:
                return False
            self.made.append({id(v): a for v, a in zip(note.outputs, made, strict=False)})
            known.update(self.made[-1])
        return True

    def at(self, at: int) -> dict[int, Any]:
        """The values that are known before a call."""
        known = dict(self.known)
        for made in self.made[:at]:
            known.update(made)
        return known

    def is_right(self, changed: Mapping[int, Note]) -> bool:
        """True if the gradient comes out right with some calls, by their numbers, changed."""
        first = min(changed)
        self.left -= len(self.notes) - first
        if self.left < 0:
            return False
        known = self.at(first)
        for at, note in enumerate(self.notes[first:], first):
            try:
                made = outcome(changed.get(at, note), known)
            except CannotRerun:
                return False
            known.update((id(v), a) for v, a in zip(note.outputs, made, strict=False))
        got = np.asarray(known.get(id(self.value)), float)
        return any(same_gradient(got, want) for want in self.wanted)

    def does(self, spot: Spot, change: Callable[[Note], Note]) -> bool:
        return self.is_right({at: change(self.notes[at]) for at in spot})

    def families(self, count: int, shape: tuple[int, ...]) -> Iterator[list[Source]]:
        """What one place computes in so many turns, in their order."""
        for values in self.matcher.families.of_size(count, {shape}):
            yield [Source(self.text(v), array(v), v, False) for v in values]
        turns: dict[Hashable, list[Source]] = {}
        for one in reversed(self.all_sources):
            if one.is_gradient and one.array.shape == shape:
                turns.setdefault(one.text, []).append(one)
        yield from (some for some in turns.values() if len(some) == count)

    # -- what may stand there ----------------------------------------------------------------------

    @functools.cached_property
    def all_sources(self) -> list[Source]:
        """Earlier gradients, as they should be, and values of the forward, the latest first."""
        found = []
        numbers = self.matcher.expected.numbers
        own = self.judged.match.stored.order
        for one in reversed(self.matcher.entries):
            if one.order < own and one.value is not self.value:
                right = self.given.get(id(one.value), numbers.get(id(one.value)))
                made = array(one.value) if right is None else np.asarray(right)
                found.append(Source(one.text, made, one.value, True))
        for value in reversed(self.truth.forward.values.values()):
            found.append(Source(self.text(value), array(value), value, False))
        return [one for one in found if one.array.size > 1]

    def sources(self, shape: tuple[int, ...]) -> list[Source]:
        own = [one for one in self.all_sources if one.array.shape == shape]
        turned = [
            Source(f"{one.text}.T", one.array.T, one.value, one.is_gradient)
            for one in self.all_sources
            if one.array.shape != shape and one.array.T.shape == shape
        ]
        return [*sorted(own, key=lambda one: not self.matcher.name(one.value)), *turned]

    def text(self, value: Value) -> str:
        """The user's own text for a value: its name, or the expression that makes it."""
        name = self.matcher.name(value)
        return name or (text_at(value.note) if value.note is not None else "a constant")


def text_at(note: Note) -> str:
    """The user's expression that made a call."""
    first, last, begin, end = note.place.span
    line = linecache.getline(note.file, first).rstrip("\n").encode()
    text = line[begin : end if first == last else None].decode(errors="replace").strip()
    return text if len(text) <= SHORT and first == last else text[: SHORT - 1] + "…"
