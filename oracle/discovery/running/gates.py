"""Gates: several slices of one weight, as in an LSTM, which is as wide as a multiple of one."""

import itertools
from collections.abc import Iterator

from oracle.discovery.running.costs import EQUAL, effort
from oracle.discovery.running.extents import Extents
from oracle.discovery.running.messages import Clues
from oracle.discovery.running.state import WEIGHT, State

MOST_GATES = 4


def sliced(state: State, said: Clues, extents: Extents) -> Iterator[State]:
    """Weights as wide as a multiple of a size, a slice of which was cut short."""
    weights = [e for n, e in state.entries if state.kind(n) == WEIGHT and e.dims]
    wide = [size for size in dict.fromkeys(e.dims[-1] for e in weights) if size in state.own]
    for cut, size in itertools.product(said.equal, wide):
        left, whole = min(cut), max(cut)
        own = extents.known.get(size, 0)
        before = [m for m in range(MOST_GATES) if max(0, own - m * whole) == left]
        names = [s for s, extent in extents.known.items() if extent == whole and s != size]
        for gates in range(max(2, before[0] + 1), MOST_GATES + 1) if before and names else ():
            multiple = f"{gates}*{names[0]}"
            yield state.replaced(size, multiple, EQUAL + effort(multiple) * gates / 2)
