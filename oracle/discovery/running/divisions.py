"""Moves to sizes that can be divided: by heads, by groups, by the steps of a pool."""

import re
from collections.abc import Iterator
from dataclasses import replace

from oracle.discovery.running.extents import Extents
from oracle.discovery.running.messages import Clues
from oracle.discovery.running.state import BIAS, WEIGHT, Entry, State

EQUAL = 0.1  # two sizes that an error says are equal
IMAGE = 0.5  # both axes of an image are even
DIVISOR = 4  # what extents are made divisible by, at most
REMAINDER = re.compile(r"\b(\w+) % (\w+)\b")


def divisible(state: State, said: Clues, extents: Extents) -> Iterator[State]:
    """Extents that can be divided: those of which an error shows a part, or those of an image."""
    changed = state
    for size in state.own:
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
                yield replace(changed, cost=changed.cost + IMAGE)


def remainders(state: State, line: str, extents: Extents) -> Iterator[State]:
    """``assert d % heads == 0``: a size is another one times a size of its own."""
    for name, by in REMAINDER.findall(line):
        if name in extents.known and by in extents.known and name not in state.names:
            one, (part,) = state.sized(1)
            yield one.put(name, Entry(whole=f"{by}*{part}"), EQUAL)


def groups(state: State, said: Clues, extents: Extents) -> Iterator[State]:
    """An axis that is divided into as many parts as a whole number says."""
    for _, whole in state.entries:
        if extents.known.get(whole.whole, 0) not in said.multiples:
            continue
        for name, entry in state.entries:
            for axis, size in enumerate(entry.dims):
                if size in state.own and state.kind(name) not in (WEIGHT, BIAS):
                    cost = EQUAL + 0.1 * abs(axis - 1)  # of channels first
                    yield state.replaced(size, f"{whole.whole}*{size}", cost)
