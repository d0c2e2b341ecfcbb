"""Moves to extents that can be divided: into heads and groups, into windows of an image."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from oracle.discovery.running.costs import EQUAL, LABELS, PARTS
from oracle.discovery.running.extents import Extents
from oracle.discovery.running.messages import Clues
from oracle.discovery.running.state import BIAS, DATA, WEIGHT, Entry, State

REMAINDER = re.compile(r"\b(\w+) % (\w+)\b")
DIVISOR = 4  # what extents are made divisible by, at most


def divisible(state: State, said: Clues, extents: Extents) -> Iterator[State]:
    """Extents that can be divided: those of which an error shows a part, or those of an image."""
    changed = state
    alone = {dim for _, entry in state.entries for dim in entry.dims}
    for size in (size for size in state.own if size in alone):
        for times in range(2, DIVISOR + 1):
            extent = extents.known.get(size, 0)
            part, rest = divmod(extent, times)
            seen = set(said.multiples)
            if rest and {part, times} <= seen and extent not in seen:
                changed = changed.replaced(size, f"{times}*{size}", EQUAL)
                break
    if changed is not state:
        yield changed
    if said.multiples:
        return
    for name, entry in state.entries:
        for axes in (entry.dims[2:], entry.dims[1:3], entry.dims[-1:]):
            changed = state
            for size in axes:
                if size in state.own and state.kind(name) not in (WEIGHT, BIAS):
                    changed = changed.replaced(size, f"2*{size}", EQUAL)
            if changed is not state:
                yield replace(changed, cost=changed.cost + LABELS)


def in_parts(state: State, parts: Sequence[str]) -> Iterator[State]:
    """Arguments that the code divides by are 2, and the last extent of the data is even.

    ``MultiHead(d_model, heads)``: d_model % heads == 0.
    """
    changed = state
    for name in (name for name in parts if name not in state.names):
        changed = changed.put(name, Entry(literal="2"), PARTS)
    if changed is state:
        return
    lasts = [e.dims[-1] for n, e in state.entries if e.dims and state.kind(n) == DATA]
    for size in dict.fromkeys(dim for dim in lasts if dim.isidentifier()):
        if size in state.own:
            yield changed.replaced(size, f"2*{size}", EQUAL)
        else:  # a size of the constructor
            one, (new,) = changed.sized(1)
            one = one.replaced(size, f"2*{new}", EQUAL)
            yield one.put(size, Entry(literal=f"2*{new}"))


def given_to_the_constructor(state: State, clues: Clues, extents: Extents) -> Iterator[State]:
    """A size of the constructor that must be equal to an extent such as 2*s is given that."""
    wide = {dim for _, entry in state.entries for dim in entry.dims if not dim.isidentifier()}
    for pair in clues.equal:
        for one, other in (pair, pair[::-1]):
            sizes = [s for s in extents.spelled(one) if s.isidentifier()]
            open_ = [s for s in sizes if s not in (*state.own, *state.sizes, *state.names)]
            for dim in (d for d in extents.spelled(other) if d in wide):
                for size in open_[:1]:
                    yield state.put(size, Entry(literal=dim), EQUAL)


def remainders(state: State, line: str, extents: Extents) -> Iterator[State]:
    """``assert d % heads == 0``: a size is another one times a size of its own."""
    for name, by in REMAINDER.findall(line):
        if name in extents.known and by in extents.known and name not in state.names:
            one, (part,) = state.sized(1)
            yield one.put(name, Entry(whole=f"{by}*{part}"), EQUAL)


def groups(state: State, said: Clues, extents: Extents) -> Iterator[State]:
    """An axis that is divided into as many parts as a whole number says."""
    for _, whole in state.entries:
        if not whole.whole or extents.known.get(whole.whole, 0) not in said.multiples:
            continue
        for name, entry in state.entries:
            for axis, size in enumerate(entry.dims):
                if size in state.own and state.kind(name) not in (WEIGHT, BIAS):
                    cost = EQUAL + 0.1 * abs(axis - 1)  # of channels first
                    yield state.replaced(size, f"{whole.whole}*{size}", cost)
