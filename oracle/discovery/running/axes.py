"""Moves that change the number of axes of an argument."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from oracle.discovery.running.costs import AXES, ELSEWHERE, LABELS, SCALAR
from oracle.discovery.running.messages import Clues
from oracle.discovery.running.seeds import Code
from oracle.discovery.running.state import DATA, TARGET, State


def more_axes(state: State) -> Iterator[State]:
    """The states with one axis more of the data.

    One axis less is not tried: a sum over samples that is missing is right for a single sample.
    """
    for name, entry in state.entries:
        if state.kind(name) in (DATA, TARGET) and not entry.is_value:
            yield from maybe(state.deepened(name, len(entry.dims) + 1, AXES))


def ranks(state: State, said: Clues, named: Sequence[str], code: Code) -> Iterator[State]:
    """The states in which an argument has another number of axes, those of a failing line first."""
    for name in state.names:
        entry = state.of(name)
        rank = len(entry.dims)
        cost = AXES + ELSEWHERE * (name not in named)
        if said.rank and (name in named or not said.higher):
            yield from maybe(state.ranked(name, said.rank, cost - 0.5))
            yield from maybe(state.deepened(name, said.rank, cost - 0.5))
        yield from _samples(state, name, said.rank or rank, code)
        if said.output and state.kind(name) == DATA and rank < 4 and not entry.is_value:
            dims = (*entry.dims, "1")  # vectors that are columns
            yield state.put(name, replace(entry, dims=dims), cost)
        if said.higher:
            yield from maybe(state.ranked(name, rank + 1, cost))
            yield from maybe(state.deepened(name, rank + 1, cost))
            if rank < 3:
                yield from maybe(state.ranked(name, 4, cost + 0.5))
                yield from maybe(state.deepened(name, 4, cost + 0.5))
        if said.lower and rank > 1 and name in named and not code.is_array(name):
            yield from maybe(state.ranked(name, 0, SCALAR))
        if said.lower or (said.rank and said.rank < rank):
            yield from maybe(state.ranked(name, rank - 1, cost + SCALAR * (rank == 1)))


def _samples(state: State, name: str, rank: int, code: Code) -> Iterator[State]:
    """Samples of the shape that a constructor has as a default: ``input_dim=(1, 28, 28)``."""
    for sample in code.samples if state.kind(name) == DATA else ():
        if rank == len(sample) + 1 and (dims := state.of(name).dims):
            entry = replace(state.of(name), dims=(dims[0], *map(str, sample)))
            if entry != state.of(name):
                yield state.put(name, entry, AXES + LABELS)


def maybe(state: State | None) -> Iterator[State]:
    if state is not None:
        yield state
