"""Moves to sizes that can be divided: by heads, by groups, by the steps of a pool."""

import re
from collections.abc import Iterator

from oracle.discovery.running.costs import EQUAL
from oracle.discovery.running.extents import Extents
from oracle.discovery.running.messages import Clues
from oracle.discovery.running.state import BIAS, WEIGHT, Entry, State

REMAINDER = re.compile(r"\b(\w+) % (\w+)\b")


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
