"""The search for lines of shapes under which a derivation runs: best first, and bounded."""

import heapq
import linecache
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from oracle.discovery.running import moves
from oracle.discovery.running.extents import LABELS, Extents
from oracle.discovery.running.seeds import Code, started
from oracle.discovery.running.state import WEIGHT, State, kind
from oracle.discovery.running.trial import DONE, Build, Outcome, run
from oracle.subject import Unusable, size_names

RUNS = 300  # at most,
AFTER = 30  # and after the first line was found
WIDER = 1.0  # how much more a further line may cost than the first one
FURTHER = 2.0  # what a stage more is worth: constructor, forward, backward
MOST = 8  # lines


@dataclass
class Search:
    """What is searched, and what was found so far."""

    build: Build
    file: str
    code: Code
    constants: Mapping[int, str]
    runs: int = 0
    seen: dict[str, Outcome] = field(default_factory=dict)
    found: list[State] = field(default_factory=list)  # every gradient has its argument's shape
    unfit: list[State] = field(default_factory=list)  # it runs, and some gradient has not

    def tried(self, state: State, order: Callable[[State], list[str]]) -> tuple[Outcome, Extents]:
        """One run of a state, with primes given out in an order."""
        extents = Extents(self.code.numbers(), constants=self.constants)
        extents.give(order(state))
        extents.give([e.classes for _, e in state.entries if e.classes], LABELS)
        self.runs += 1
        return run(self.build, state.text, extents, self.file), extents

    def lines(self, given: str, missing: tuple[str, ...]) -> list[State]:
        """The states under which the derivation runs, the plainest first."""
        heap: list[tuple[float, int, State]] = []
        count = 0

        def push(states: Iterator[State], reached: float) -> None:
            nonlocal count
            for state in states:
                if state.text not in self.seen:
                    count += 1
                    heapq.heappush(heap, (state.cost - reached, count, state))

        push(started(State(given=given), missing, self.code), 0.0)
        last = RUNS
        while heap and self.runs < last and len(self.found) < MOST:
            _, _, state = heapq.heappop(heap)
            if state.text in self.seen or (
                self.found and state.cost > self.found[0].cost + WIDER
            ):
                continue
            outcome, extents = self.tried(state, ascending)
            self.seen[state.text] = outcome
            if outcome.missing is not None:
                more = tuple(n for n in outcome.missing.names if n not in state.names)
                push(started(state, more, self.code) if more else iter(()), 0.0)
            elif outcome.ran:
                (self.found if outcome.fits else self.unfit).append(state)
                push(moves.fitted(state, outcome.unfit or {}, extents), FURTHER * DONE)
                last = min(last, self.runs + AFTER)
            elif not isinstance(outcome.error, Unusable):
                line = linecache.getline(self.file, outcome.line)
                push(moves.moves(state, outcome, extents, line), FURTHER * self.reached(outcome))
        return self.found or sorted(self.unfit, key=lambda s: s.cost)[:1]

    def reached(self, outcome: Outcome) -> float:
        """How far a run came: its stage, and the place of its line among the lines of the code."""
        spans = [(n.lineno, n.end_lineno or n.lineno) for n in self.code.nodes]  # type: ignore[attr-defined]
        for first, last in spans:
            if first <= outcome.line <= last:
                return outcome.stage + (outcome.line - first) / (last - first + 1)
        return outcome.stage


def ascending(state: State) -> list[str]:
    """Sizes in the order of the arguments; kernels get the smallest, for they lie in images."""
    own = [s for s in state.own if any(s in size_names(e.dims) for _, e in state.entries)]
    small = [
        dim
        for name, entry in state.entries
        if kind(name) == WEIGHT and len(entry.dims) > 2
        for dim in entry.dims[2:]
        if dim in own
    ]
    return list(dict.fromkeys([*small, *own]))


def descending(state: State) -> list[str]:
    """Sizes in the opposite order: loops and slices accept an extent that is too long."""
    return ascending(state)[::-1]


def weights_last(state: State) -> list[str]:
    """The last axes of the weights are the largest."""
    ends = [e.dims[-1] for n, e in state.entries if kind(n) == WEIGHT and e.dims]
    return sorted(ascending(state), key=lambda size: size in ends)


def rotated(state: State) -> list[str]:
    """The second half of the sizes before the first one."""
    order = ascending(state)
    half = (len(order) + 1) // 2
    return order[half:] + order[:half]
