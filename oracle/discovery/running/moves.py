"""Moves: from a state that does not run, and what was raised, to states that may."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from oracle.cases import shapes
from oracle.discovery.running.extents import Evidence, Extents, solutions
from oracle.discovery.running.messages import Clues, clues
from oracle.discovery.running.seeds import Code
from oracle.discovery.running.state import BIAS, TARGET, WEIGHT, Entry, State, kind
from oracle.discovery.running.trial import NotOneNumber
from oracle.subject import size_names

# What a move costs: a state that fewer things had to be assumed for comes first.
EQUAL = 0.1  # two sizes that an error says are equal
ONE = 1.5  # an extent of 1
AXES = 1.0  # another rank than the name says
LABELS = 0.5  # integers, for targets
INTEGERS = 1.5  # and for anything else
SCALAR = 1.5
ELSEWHERE = 1.0  # a change of an argument that the failing line does not name


@dataclass(frozen=True)
class Failed:
    """A run that failed, and its sizes; of several, each shows what the others leave open."""

    error: BaseException
    extents: Extents

    @property
    def clues(self) -> Clues:
        return clues(self.error)


@dataclass(frozen=True)
class Line:
    """The line that failed, and the code that it stands in."""

    text: str
    code: Code

    def named(self, state: State) -> list[str]:
        """The arguments that the line names; all of them if it names none."""
        words = set(re.findall(r"\w+", self.text))
        found = [name for name in state.names if name.rpartition(".")[2] in words]
        return found or state.names

    def bounds(self, state: State) -> list[str]:
        """The sizes up to which the loops go whose variables are indices in the line."""
        inside = re.findall(r"\[([^\[\]]*)\]", self.text)
        variables = {word for part in inside for word in re.findall(r"[A-Za-z_]\w*", part)}
        by_name = {name: size for size, name in state.hints}
        found: list[str] = []
        for bound in self.code.bounds(variables):
            shape = re.fullmatch(r"(\w+)\.shape\[(\d)\]|len\((\w+)\)", bound)
            if bound in by_name:
                found.append(by_name[bound])
            elif shape and (name := shape[1] or shape[3]) in state.names:
                dims = state.of(name).dims
                found += dims[int(shape[2] or 0) :][:1]
        return [size for size in found if size in state.own]


def is_ambiguous(failed: Failed) -> bool:
    """Whether an extent in the error is no size, so that it may be one of several expressions."""
    sizes = set(failed.extents.known.values())
    return any(number not in sizes for pair in failed.clues.equal for number in pair)


def moves(state: State, runs: Sequence[Failed], line: Line) -> Iterator[State]:
    """The states to try next."""
    first = runs[0]
    said, extents = first.clues, first.extents
    yield from _equated(state, runs)
    if isinstance(first.error, NotOneNumber):
        yield from _single(state)
        return
    named = line.named(state)
    yield from _integers(state, said, named)
    yield from _ranks(state, said, named)
    yield from _of_shapes(state, said, extents)
    yield from _of_index(state, said, extents, line)
    yield from _of_values(state, said, named)


def _equated(state: State, runs: Sequence[Failed]) -> Iterator[State]:
    told = [failed.clues.equal for failed in runs]
    pairs: list[list[Evidence]] = [
        [(failed.extents, pair) for failed, pair in zip(runs, alike)] for alike in zip(*told)
    ]
    if any(len(each) != len(told[0]) for each in told):
        pairs = [[(runs[0].extents, pair)] for pair in told[0]]
    together = equated(state, pairs)
    if together is not state:
        yield together
    alone = [[(runs[0].extents, pair)] for pair in runs[0].clues.either]
    for evidence in (*pairs, *alone):
        for size, by in solutions(state.own, evidence):
            yield state.replaced(size, by, EQUAL + _effort(by) + ELSEWHERE * (len(pairs) > 1))


def equated(state: State, pairs: Sequence[Sequence[Evidence]]) -> State:
    """The state in which pairs of extents are equal, as far as they can be made so."""
    replaced: set[str] = set()
    for evidence in pairs:
        for size, by in solutions(state.own, evidence)[:1]:
            if not replaced & {size, *size_names((by,))}:
                replaced.add(size)
                state = state.replaced(size, by, EQUAL + _effort(by))
    return state


def _effort(dim: str) -> float:
    """What it costs that a size is an expression, or a number."""
    return 0.0 if dim.isidentifier() else 0.3


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
            yield from _maybe(state.deepened(name, said.rank, cost - 0.5))
        if said.higher:
            yield from _maybe(state.ranked(name, rank + 1, cost))
            yield from _maybe(state.deepened(name, rank + 1, cost))
            if rank < 3:
                yield from _maybe(state.ranked(name, 4, cost + 0.5))
                yield from _maybe(state.deepened(name, 4, cost + 0.5))
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
                cost = AXES + 0.5 * (kind(name) == WEIGHT) if keep else AXES + SCALAR
                yield state.put(name, replace(entry, dims=keep), cost)
        wrong = {number for pair in said.equal for number in pair}
        for axis, extent in enumerate(shape):
            if extent in wrong:
                dims = (*entry.dims[:axis], "1", *entry.dims[axis + 1 :])
                yield state.put(name, replace(entry, dims=dims), ONE)
        if kind(name) == BIAS and len(shape) == 1:
            yield _columns(state)


def _columns(state: State) -> State:
    """The state with all biases as columns: samples stand side by side."""
    cost = AXES - 0.25
    for name, entry in state.entries:
        if kind(name) == BIAS and len(entry.dims) == 1 and entry.dims != ("1",):
            state = state.put(name, replace(entry, dims=(*entry.dims, "1")), cost)
            cost = 0.0
    return state


def _shape(entry: Entry, extents: Extents) -> tuple[int, ...]:
    return shapes.shape(entry.dims, extents.known) if not entry.literal else ()


def _of_index(state: State, said: Clues, extents: Extents, line: Line) -> Iterator[State]:
    """An index that exceeds an extent: a label's range is that extent, or two sizes are equal."""
    if said.index is None:
        return
    index, extent = said.index
    for name in state.names:
        entry = state.of(name)
        if entry.classes in extents.known and extents.known[entry.classes] == index + 1:
            for size, by in solutions(state.own, [(extents, (index + 1, extent))]):
                yield state.replaced(size, by, EQUAL + _effort(by))
            return
    bounds = line.bounds(state)
    near = {dim for name in line.named(state) for dim in state.of(name).dims[:1]}
    for size in bounds or state.own:
        number = extents.known.get(size, 0)
        if number > extent:
            far = 0.0 if size in bounds else 0.5 if size in near else 1.0
            for other, by in solutions(state.own, [(extents, (number, extent))])[:1]:
                yield state.replaced(other, by, EQUAL + far)


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


def fitted(state: State, unfit: Mapping[str, tuple[int, ...]], extents: Extents) -> Iterator[State]:
    """States in which an argument has the shape of its gradient, where that says something.

    A weight or bias keeps an axis of its own, and a bias has one axis but for extents of 1: a sum
    that is missing, or one too many, must not choose the shape that makes it right.
    """
    yield from _multiples(state, unfit, extents)
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


def _multiples(
    state: State, unfit: Mapping[str, tuple[int, ...]], extents: Extents
) -> Iterator[State]:
    """The state in which a free size is the multiple or sum of others that its gradient has.

    Two plain sizes are not equated: a transposed gradient would be right for square matrices.
    """
    changed = state
    for name, shape in unfit.items():
        if name not in state.names or len(state.of(name).dims) != len(shape):
            continue
        for dim, number in zip(state.of(name).dims, shape):
            if dim in changed.own and extents.known.get(dim) != number:
                by = next(iter(extents.spelled(number)), "")
                composite = bool(by) and not by.isidentifier() and not by.isdigit()
                if composite and dim not in size_names((by,)):
                    changed = changed.replaced(dim, by, EQUAL + _effort(by))
    if changed is not state:
        yield changed
