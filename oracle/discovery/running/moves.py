"""Moves: from a state that does not run, and what was raised, to states that may."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from oracle.cases import shapes
from oracle.discovery.running.extents import Extents, solved
from oracle.discovery.running.messages import Clues, clues
from oracle.discovery.running.state import BIAS, TARGET, WEIGHT, Entry, State, kind
from oracle.discovery.running.trial import NotOneNumber, Outcome

# What a move costs: a state that fewer things had to be assumed for comes first.
EQUAL = 0.1  # two sizes that an error says are equal
ONE = 1.5  # an extent of 1
AXES = 1.0  # another rank than the name says
LABELS = 0.5  # integers, for targets
INTEGERS = 1.5  # and for anything else
SCALAR = 1.5
ELSEWHERE = 1.0  # a change of an argument that the failing line does not name


def moves(state: State, outcome: Outcome, extents: Extents, line: str) -> Iterator[State]:
    """The states to try next; ``line`` is the text of the line that failed."""
    assert outcome.error is not None
    said = clues(outcome.error)
    yield from _equated(state, said, extents)
    if isinstance(outcome.error, NotOneNumber):
        yield from _single(state)
        return
    named = _named(state, line)
    yield from _integers(state, said, named)
    yield from _ranks(state, said, named)
    yield from _of_shapes(state, said, extents)
    yield from _of_index(state, said, extents, named)
    yield from _of_values(state, said, named)


def _named(state: State, line: str) -> list[str]:
    """The arguments that a line of code names; all of them if it names none."""
    words = set(re.findall(r"\w+", line))
    found = [name for name in state.names if name.rpartition(".")[2] in words]
    return found or state.names


def _equated(state: State, said: Clues, extents: Extents) -> Iterator[State]:
    changed = equated(state, said.equal, extents)
    if changed is not state:
        yield changed
    for pair in (*said.either, *(said.equal[:2] if len(said.equal) > 1 else ())):
        alone = equated(state, [pair], extents)
        if alone is not state:
            yield replace(alone, cost=alone.cost + ELSEWHERE)


def equated(state: State, pairs: Sequence[tuple[int, int]], extents: Extents) -> State:
    """The state in which pairs of extents are equal, as far as they can be made so."""
    by: dict[str, str] = {}
    for pair in pairs:
        found = solved(extents, state.own, pair)
        if found is None or found[0] in by or found[1] in by:
            continue
        by[found[0]] = found[1]
        state = state.replaced(*found, EQUAL + 0.3 * (not found[1].isidentifier()))
    return state


def _single(state: State) -> Iterator[State]:
    """The value is to be one number: fewer axes, or extents of 1."""
    for name in state.names:
        entry = state.of(name)
        if entry.dims and not entry.classes:
            yield from _maybe(state.ranked(name, len(entry.dims) - 1, AXES))
    for size in state.own:
        yield state.replaced(size, "1", ONE)


def _maybe(state: State | None) -> Iterator[State]:
    if state is not None:
        yield state


def _integers(state: State, said: Clues, named: Sequence[str]) -> Iterator[State]:
    """Integers below a size of their own, with one axis, or with as many as there were."""
    if not said.integers:
        return
    names = sorted(state.names, key=lambda n: (n not in named, kind(n) != TARGET))
    for name in names:
        entry = state.of(name)
        if entry.classes or entry.literal or kind(name) in (WEIGHT, BIAS):
            continue
        cost = LABELS if kind(name) == TARGET else INTEGERS
        cost += ELSEWHERE * (name not in named)
        one, (classes,) = state.sized(1)
        yield one.put(name, Entry(entry.dims[:1], classes), cost)
        if len(entry.dims) > 1:
            yield one.put(name, Entry(entry.dims, classes), cost + 0.25)
        if not entry.dims or not named:
            yield state.put(name, Entry(literal="1"), cost + SCALAR)


def _ranks(state: State, said: Clues, named: Sequence[str]) -> Iterator[State]:
    for name in state.names:
        entry = state.of(name)
        rank = len(entry.dims)
        cost = AXES + ELSEWHERE * (name not in named)
        if said.rank and (name in named or not said.higher):
            yield from _maybe(state.ranked(name, said.rank, cost - 0.5))
        if said.higher:
            yield from _maybe(state.ranked(name, rank + 1, cost))
            if rank < 3:
                yield from _maybe(state.ranked(name, 4, cost + 0.5))
        if said.lower or (said.rank and said.rank < rank):
            yield from _maybe(state.ranked(name, rank - 1, cost + SCALAR * (rank == 1)))


def _of_shapes(state: State, said: Clues, extents: Extents) -> Iterator[State]:
    """Arguments that have one of the shapes that do not fit: fewer axes, or an extent of 1."""
    for name in state.names:
        entry = state.of(name)
        shape = _shape(entry, extents)
        if shape not in said.shapes or not shape:
            continue
        for keep in (entry.dims[1:], entry.dims[:-1]):
            if keep or kind(name) not in (WEIGHT, BIAS):
                cost = AXES if keep else AXES + SCALAR
                yield state.put(name, replace(entry, dims=keep), cost)
        wrong = {number for pair in said.equal for number in pair}
        for axis, extent in enumerate(shape):
            if extent in wrong:
                dims = (*entry.dims[:axis], "1", *entry.dims[axis + 1 :])
                yield state.put(name, replace(entry, dims=dims), ONE)
        if kind(name) == BIAS and len(shape) == 1:
            yield state.put(name, replace(entry, dims=(*entry.dims, "1")), AXES - 0.25)


def _shape(entry: Entry, extents: Extents) -> tuple[int, ...]:
    return shapes.shape(entry.dims, extents.known) if not entry.literal else ()


def _of_index(
    state: State, said: Clues, extents: Extents, named: Sequence[str]
) -> Iterator[State]:
    """An index that exceeds an extent: a label's range is that extent, or two sizes are equal."""
    if said.index is None:
        return
    index, extent = said.index
    for name in state.names:
        entry = state.of(name)
        if entry.classes in extents.known and extents.known[entry.classes] == index + 1:
            changed = equated(state, [(index + 1, extent)], extents)
            if changed is not state:
                yield changed
                return
    for size in state.own:
        number = extents.known.get(size, 0)
        near = any(size in state.of(name).sizes for name in named)
        if number > extent and near:
            changed = equated(state, [(number, extent)], extents)
            if changed is not state:
                yield replace(changed, cost=changed.cost + ELSEWHERE / 2)


def _of_values(state: State, said: Clues, named: Sequence[str]) -> Iterator[State]:
    """Square matrices, and positive definite ones."""
    for name in named if said.square or said.definite else ():
        entry = state.of(name)
        if len(entry.dims) < 2 or entry.classes or entry.literal:
            continue
        one = state
        if entry.dims[-1] != entry.dims[-2] and entry.dims[-1] in state.own:
            one = state.replaced(entry.dims[-1], entry.dims[-2], EQUAL)
        if said.definite and not entry.word:
            one = one.put(name, replace(one.of(name), word="spd"), LABELS)
        if one is not state:
            yield one


def fitted(
    state: State, unfit: Mapping[str, tuple[int, ...]], extents: Extents
) -> Iterator[State]:
    """States in which an argument has the shape of its gradient, where that says something.

    A weight or bias keeps an axis of its own, and a bias has one axis but for extents of 1: a sum
    that is missing, or one too many, must not choose the shape that makes it right.
    """
    for name, shape in unfit.items():
        if name not in state.names or state.of(name).literal or state.of(name).classes:
            continue
        dims = [next(iter(extents.spelled(n)), "") for n in shape]
        if not all(dims):
            continue
        wide = [dim for dim in dims if dim != "1"]
        if kind(name) == BIAS and len(wide) != 1:
            continue
        if kind(name) == WEIGHT and not wide:
            continue
        yield state.put(name, replace(state.of(name), dims=tuple(dims)), AXES * 0.75)
