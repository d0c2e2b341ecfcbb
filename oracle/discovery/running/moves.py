"""Moves: from a state that does not run, and what was raised, to states that may."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from oracle.cases import shapes
from oracle.discovery.raised import Site
from oracle.discovery.running import costs, parts
from oracle.discovery.running.axes import maybe, more_axes, ranks
from oracle.discovery.running.extents import Evidence, Extents, solutions
from oracle.discovery.running.gates import sliced
from oracle.discovery.running.messages import Clues, clues
from oracle.discovery.running.seeds import Code, other_options
from oracle.discovery.running.state import BIAS, DATA, TARGET, WEIGHT, Entry, State
from oracle.discovery.running.trial import NotOneNumber
from oracle.subject import size_names

WRITTEN = (2, 3, 4)  # extents of arrays that the code writes out
ASSERTED = re.compile(r"assert (\w+)\.shape\[(\d)\] == (\w+)\.shape\[(\d)\]")


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
    sites: tuple[Site, ...] = ()

    def named(self, state: State) -> list[str]:
        """The arguments in the expression that failed, or in its line; all if it names none."""
        line, begun, ended = self.sites[-1] if self.sites else (0, 0, 0)
        part = self.text.encode()[begun:ended].decode(errors="replace")
        for text in (part, self.text):
            words = self.code.roles.sources({*re.findall(r"\w+", text)})
            found = [name for name in state.names if self._is_named(name, words, line)]
            if found:
                return found
        return state.names

    def _is_named(self, name: str, words: set[str], line: int) -> bool:
        """True if words are an argument, or what a function of this line calls it."""
        if name.rpartition(".")[2] in words:
            return True
        return any(
            own in words and node.lineno <= line <= node.end_lineno  # type: ignore[attr-defined]
            for node, own in self.code.roles.uses(name)
        )

    def bounds(self, state: State) -> list[str]:
        """The sizes up to which the loops go whose variables are indices in the line."""
        inside = re.findall(r"\[([^\[\]]*)\]", self.text)
        variables = {word for part in inside for word in re.findall(r"[^\W\d]\w*", part)}
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
    """True if an extent in the error may be one of several expressions.

    It is no size; or it is as small as those of arrays that the code writes out, as rotations.
    """
    sizes = set(failed.extents.known.values()) - set(WRITTEN)
    return any(number not in sizes for pair in failed.clues.equal for number in pair)


def moves(
    state: State, runs: Sequence[Failed], line: Line, backward: bool = False
) -> Iterator[State]:
    """The states to try next. ``backward``: the forward ran, and the backward failed."""
    first = runs[0]
    said, extents = first.clues, first.extents
    for one in _equated(state, runs):
        yield _forced(state, one) if backward else one
    if backward and said.equal:
        yield from more_axes(state)
    yield from _asserted(state, line)
    if isinstance(first.error, NotOneNumber):
        yield from _single(state)
        return
    named = line.named(state)
    yield from parts.remainders(state, line.text, extents)
    branched = isinstance(first.error, AssertionError | NameError)
    yield from other_options(state, line.code) if branched else ()
    if branched or said.multiples:
        yield from parts.divisible(state, said, extents)
        yield from parts.groups(state, said, extents) if not said.equal else ()
    if line.code.parts and isinstance(first.error, AssertionError | ValueError | ArithmeticError):
        yield from parts.in_parts(state, line.code.parts)
    yield from _integers(state, said, line, extents)
    yield from _unpacked(state, said, line)
    yield from ranks(state, said, line.named(state), line.code)
    if said.places or (said.equal and is_ambiguous(first)):
        yield from _same_places(state)
    yield from _of_shapes(state, said, extents)
    yield from sliced(state, said, extents)
    yield from _of_index(state, said, extents, line)
    yield from _of_values(state, said, named)


def ones(state: State) -> Iterator[State]:
    """The states with an extent of 1 in place of a size."""
    for size in state.own:
        yield state.replaced(size, "1", costs.ONE)


def single_samples(
    state: State, unfit: Mapping[str, tuple[int, ...]], extents: Extents
) -> Iterator[State]:
    """The states with one sample, as a column, where a gradient keeps the samples apart.

    One that is too short asks for no such thing: of one column every window and sum is right.
    """
    for size in state.own:
        kept = (
            extents.known.get(size) in shape
            for name, shape in unfit.items()
            if name.startswith("self.")
            or (name in state.names and size not in state.of(name).sizes)
        )
        if any(kept):
            yield state.replaced(size, "1", costs.ONE)


def _forced(before: State, after: State) -> State:
    """A state that was equated for the sake of a backward: odd, unless it is about targets.

    A backward may add up to a scalar what a batch would keep apart, if two sizes are equal.
    """
    gone = set(before.own) - set(after.own)
    compared = {s for n, e in before.entries if before.kind(n) == TARGET for s in e.sizes}
    plain = all(dim.isidentifier() or dim.isdigit() for _, e in after.entries for dim in e.dims)
    return replace(after, forced=True) if plain and gone - compared else after


def _asserted(state: State, line: Line) -> Iterator[State]:
    """``assert x.shape[0] == y.shape[0]`` says of two sizes that they are equal, and no more."""
    found = ASSERTED.search(line.text)
    if found is None or found[1] not in state.names or found[3] not in state.names:
        return
    first, other = state.of(found[1]).dims, state.of(found[3]).dims
    if max(int(found[2]) - len(first), int(found[4]) - len(other)) >= 0:
        return
    kept, size = first[int(found[2])], other[int(found[4])]
    if size in state.own and size != kept:
        yield state.replaced(size, kept, costs.EQUAL)


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
    yield from parts.given_to_the_constructor(state, runs[0].clues, runs[0].extents)
    if len(pairs) == 1 and (changed := _products(state, pairs[0])) is not state:
        yield changed
        return
    for evidence in pairs:
        for size, by in solutions(state.own, evidence):
            yield state.replaced(
                size, by, costs.EQUAL + costs.effort(by) + costs.ELSEWHERE * (len(pairs) > 1)
            )
    for pair in runs[0].clues.equal:  # 25 and 17*25: the size of 17 is to be 1
        times, rest = divmod(max(pair), max(1, min(pair)))
        for size in state.own:
            if not rest and times > 1 and runs[0].extents.known.get(size) == times:
                yield state.replaced(size, "1", costs.EQUAL + costs.effort("1"))
    for pair in runs[0].clues.either:
        for size, by in solutions(state.own, [(runs[0].extents, pair)]):
            yield state.replaced(size, by, costs.EQUAL + costs.effort(by) + costs.ELSEWHERE)


def _products(state: State, evidence: Sequence[Evidence]) -> State:
    """The state in which two products are equal: each factor is the one in its place.

    Factors that both have are left out.
    """
    factors = []
    for which in (0, 1):
        spelled = [set(extents.spelled(pair[which])) for extents, pair in evidence]
        both = sorted(dim for dim in set.intersection(*spelled) if dim.count("*"))
        plain = [dim.split("*") for dim in both if not any(c.isdigit() for c in dim.split("*"))]
        factors.append(plain[0] if plain else [])
    common = Counter(factors[0]) & Counter(factors[1])
    one, other = ([*(Counter(each) - common).elements()] for each in factors)
    if len(one) != len(other):
        return state
    order = {size: i for i, size in enumerate(state.own)}
    for pair in zip(one, other):
        later = max(pair, key=lambda size: order.get(size, -1))
        if later in order:
            earlier = pair[0] if later == pair[1] else pair[1]
            state = state.replaced(later, earlier, costs.EQUAL)
    return state


def equated(state: State, pairs: Sequence[Sequence[Evidence]]) -> State:
    """The state in which pairs of extents are equal, as far as they can be made so."""
    replaced: set[str] = set()
    for evidence in pairs:
        for size, by in solutions(state.own, evidence)[:1]:
            if not replaced & {size, *size_names((by,))}:
                replaced.add(size)
                state = state.replaced(size, by, costs.EQUAL + costs.effort(by))
    return state


def _single(state: State) -> Iterator[State]:
    """The value is to be one number: fewer axes, or extents of 1."""
    for name in state.names:
        entry = state.of(name)
        if entry.dims and not entry.classes:
            yield from maybe(state.ranked(name, len(entry.dims) - 1, costs.AXES))
    yield from ones(state)


def _same_places(state: State) -> Iterator[State]:
    """Two arguments of as many axes that have one of them in common."""
    for (_, one), (_, other) in itertools.combinations(state.entries, 2):
        if len(one.dims) != len(other.dims) or len(one.dims) < 2:
            continue
        for left, right in zip(one.dims, other.dims):
            if left != right and right in state.own:
                yield state.replaced(right, left, costs.EQUAL + costs.ELSEWHERE / 2)


def _integers(state: State, said: Clues, line: "Line", extents: Extents) -> Iterator[State]:
    """Integers below a size of their own, with one axis, or with as many as there were."""
    if not said.integers:
        return
    named = line.named(state)
    yield from _like_outputs(state, extents)
    names = sorted(state.names, key=lambda n: (n not in named, state.kind(n) != TARGET))
    for name in names:
        entry = state.of(name)
        if entry.classes or entry.is_value or state.kind(name) in (WEIGHT, BIAS):
            continue
        cost = costs.LABELS if state.kind(name) == TARGET else costs.INTEGERS
        cost += costs.ELSEWHERE * (name not in named)
        one, (classes,) = state.sized(1)
        yield one.put(name, Entry(entry.dims[:1], classes), cost)
        if len(entry.dims) > 1:
            yield one.put(name, Entry(entry.dims, classes), cost + 0.25)
        if name in named and state.kind(name) == DATA and not line.code.is_array(name):
            yield one.put(name, Entry(whole=classes), cost + costs.EQUAL)


def labelled(state: State, names: Sequence[str]) -> Iterator[State]:
    """The state with a range for arguments that are said to hold integers."""
    for name in names:
        if not state.of(name).classes:
            state, (classes,) = state.sized(1)
            state = state.put(name, replace(state.of(name), classes=classes))
    yield state


def _like_outputs(state: State, extents: Extents) -> Iterator[State]:
    """Targets with a row for each sample and a column for each output, which may be one-hot."""
    first = state.entries[0][1].dims
    if len(first) != 2:
        return
    lasts = [first[1], *(s for s in extents.known if s not in state.own and s[0] != "*")]
    for name, entry in state.entries[1:]:
        if state.kind(name) == TARGET and len(entry.dims) == 2 and not entry.classes:
            for last in lasts:
                dims = (first[0], last)
                if dims != entry.dims:
                    yield state.put(name, replace(entry, dims=dims), costs.LABELS + costs.EQUAL)


def _of_shapes(state: State, said: Clues, extents: Extents) -> Iterator[State]:
    """Arguments that have one of the shapes that do not fit: fewer axes, or an extent of 1."""
    for name in state.names:
        entry = state.of(name)
        shape = _shape(entry, extents)
        if shape not in said.shapes or not shape:
            continue
        for keep in (entry.dims[1:], entry.dims[:-1]):
            if keep or state.kind(name) not in (WEIGHT, BIAS):
                cost = (
                    costs.AXES + 0.5 * (state.kind(name) == WEIGHT)
                    if keep
                    else costs.AXES + costs.SCALAR
                )
                yield state.put(name, replace(entry, dims=keep), cost)
        wrong = {number for pair in said.equal for number in pair}
        for axis, extent in enumerate(shape):
            if extent in wrong:
                dims = (*entry.dims[:axis], "1", *entry.dims[axis + 1 :])
                yield state.put(name, replace(entry, dims=dims), costs.ONE)
        if state.kind(name) == BIAS and len(shape) == 1:
            yield _columns(state)


def _columns(state: State) -> State:
    """The state with all biases as columns: samples stand side by side."""
    cost = costs.AXES - 0.25
    for name, entry in state.entries:
        if state.kind(name) == BIAS and len(entry.dims) == 1 and entry.dims != ("1",):
            state = state.put(name, replace(entry, dims=(*entry.dims, "1")), cost)
            cost = 0.0
    return state


def _shape(entry: Entry, extents: Extents) -> tuple[int, ...]:
    try:
        return shapes.shape(entry.dims, extents.known) if not entry.is_value else ()
    except (ValueError, KeyError):  # negative at these sizes; a size that the run came not to
        return ()


def _of_index(state: State, said: Clues, extents: Extents, line: Line) -> Iterator[State]:
    """An index that exceeds an extent: a label's range is that extent, or two sizes are equal."""
    if said.index is None:
        return
    index, extent = said.index
    for name in state.names:
        entry = state.of(name)
        if not entry.classes:
            continue
        below = shapes.shape((entry.classes,), extents.known)[0] - 1 - index
        if below not in (0, 1):  # 1: labels that start at 1, y - 1 is the index
            continue
        if not extent:
            sizes = [size for size in state.sizes[::-1] if size != entry.classes]
            for place, size in enumerate(sizes):
                yield state.put(name, replace(entry, classes=size), costs.EQUAL * (1 + place))
            return
        more = f"+{below}" if below else ""
        for size, by in solutions(state.own, [(extents, (index + 1 + below, extent))]):
            yield state.replaced(size, by + more, costs.EQUAL + costs.effort(by))
        if entry.classes not in state.own or more:
            by = next(iter(extents.spelled(extent)), str(extent))
            yield state.put(name, replace(entry, classes=by + more), costs.EQUAL)
        return
    bounds = [s for s in line.bounds(state) if extents.known.get(s, 0) > extent]
    near = {dim for name in line.named(state) for dim in state.of(name).dims[:1]}
    for size in bounds or state.own:
        number = extents.known.get(size, 0)
        if number > extent:
            far = 0.0 if size in bounds else 0.5 if size in near else 1.0
            for other, by in solutions(state.own, [(extents, (number, extent))])[:1]:
                yield state.replaced(other, by, costs.EQUAL + far)


def _unpacked(state: State, said: Clues, line: Line) -> Iterator[State]:
    """The states in which what is unpacked to four names has four entries."""
    if not said.entries or ".shape" in line.text:
        return
    named = line.named(state)
    for name in named:
        size = next(iter(state.of(name).dims), "")
        if size in state.own:
            far = costs.ELSEWHERE * (len(named) == len(state.names) > 1)
            yield state.replaced(size, str(said.entries), costs.EQUAL + far)


def _of_values(state: State, said: Clues, named: Sequence[str]) -> Iterator[State]:
    """Square matrices, and positive definite ones."""
    for name in named if said.square or said.definite else ():
        entry = state.of(name)
        if len(entry.dims) < 2 or entry.classes or entry.is_value:
            continue
        one = state
        if entry.dims[-1] != entry.dims[-2] and entry.dims[-1] in state.own:
            one = state.replaced(entry.dims[-1], entry.dims[-2], costs.EQUAL)
        if said.definite and not entry.word:
            one = one.put(name, replace(one.of(name), word="spd"), costs.LABELS)
        if one is not state:
            yield one
