"""The search for lines of shapes under which a derivation runs: best first, and bounded."""

import heapq
import itertools
import linecache
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from oracle.cases import shapes
from oracle.discovery.raised import Site
from oracle.discovery.running import moves
from oracle.discovery.running.axes import more_axes
from oracle.discovery.running.costs import EQUAL, ONE
from oracle.discovery.running.extents import LABELS, LONG, PRIMES, WIDE, Extents
from oracle.discovery.running.fitting import fitted
from oracle.discovery.running.lengths import Needed, lengths
from oracle.discovery.running.messages import clues, is_refusal
from oracle.discovery.running.seeds import Code, started
from oracle.discovery.running.state import BIAS, TARGET, WEIGHT, Entry, State, is_fresh
from oracle.discovery.running.trial import BACKWARD, DONE, Build, Outcome, run
from oracle.subject import Unusable, size_names

RUNS = 300  # at most,
AFTER = 30  # and after the first line was found
DEAR = 1.5  # a line that costs more than that ends no search
WIDER = 0.8  # how much more a further line may cost than the first one
PASSED = 0.15  # what each expression is worth that has failed before and does not now
FURTHER = 2.0  # what a stage more is worth: constructor, forward, backward
MOST = 8  # lines
TOO_ODD = 1.0  # a line that is as odd as that is told, not judged
TURNS = 3  # sizes in which the length of a vector is measured
ENOUGH = 2  # other assignments of sizes in which a line runs

Passed = frozenset[tuple[Site, ...]]  # expressions that failed in states before this one
Order = Callable[[State, Extents], None]  # gives out primes to the sizes of a state


@dataclass
class Search:
    """One search for shapes: its question, and the lines found so far."""

    build: Build
    file: str
    code: Code
    constants: Mapping[int, str]
    runs: int = 0
    seen: set[str] = field(default_factory=set)
    found: list[State] = field(default_factory=list)  # every gradient has its argument's shape
    unfit: list[State] = field(default_factory=list)  # it runs, and some gradient has not
    ends: dict[str, Outcome] = field(default_factory=dict)  # of the latter, how the run ended
    first: tuple[str, ...] = ()  # sizes of a constructor that are to be small: a kernel's
    undefined: Outcome | None = None  # a run in which the forward used a name that is not defined
    costs: dict[str, float] = field(default_factory=dict)  # the least for which a line was reached

    def tried(self, state: State, order: Order) -> tuple[Outcome, Extents]:
        """One run of a state, with primes given out in an order."""
        extents = self.extents(state)
        order(state, extents)
        self.runs += 1
        return run(self.build, state.text, extents, self.file), extents

    def extents(self, state: State) -> Extents:
        """The extents that some sizes have in every run: long vectors, labels, small kernels."""
        numbers = {int(e.literal) for _, e in state.entries if e.literal.isdigit()}
        extents = Extents(self.code.numbers | numbers, constants=self.constants)
        only_labels = [e.classes for _, e in state.entries if e.classes in state.own]
        axes = size_names(tuple(dim for _, e in state.entries for dim in e.dims))
        extents.give([c for c in only_labels if c not in axes], LABELS)
        extents.give(self._lengths(state), LONG)
        extents.give(self.first)
        return extents

    def _flat(self, state: State) -> list[str]:
        """The vectors that single subscripts take apart."""
        own = (n for n, e in state.entries if len(e.dims) == 1 and not (e.classes or e.is_value))
        return [name for name in own if self.code.roles.flat(name)[0]]

    def _lengths(self, state: State) -> list[str]:
        """The lengths of flat vectors that nothing else has: long enough for any slice."""
        dims = [dim for _, e in state.entries for dim in (*e.dims, e.classes, e.whole) if dim]
        rest = [size for dim in dims for size in size_names((dim,))]
        own = (state.of(name).dims[0] for name in self._flat(state))
        return [size for size in own if size in state.own and rest.count(size) == 1]

    def _lengthened(self, state: State) -> Iterator[State]:
        """The states in which a flat vector is as long as its slices or its gradient need."""
        for name in self._flat(state):
            runs: list[Needed] = []
            known = self.tried(state, ascending)[1].known
            for turn in range(TURNS):
                outcome, extents = self.tried(state, _turned(known, turn))
                number = _needed(state.of(name), name, outcome, extents)
                runs += [(extents, number)] if number else []
            sizes = [size for size in (*state.sizes, *self.own_sizes(runs)) if size[0] != "*"]
            taken = {size for size in state.of(name).sizes if size in self._lengths(state)}
            free = [size for size in dict.fromkeys(sizes) if size not in taken]
            for length in lengths(runs, free):
                yield state.put(name, replace(state.of(name), dims=(length,)), EQUAL)

    @staticmethod
    def own_sizes(runs: Sequence[Needed]) -> list[str]:
        """The sizes that are said, and those of a constructor."""
        return [size for extents, _ in runs[:1] for size in extents.known if not is_fresh(size)]

    def go(self, given: str, missing: tuple[str, ...]) -> None:
        """Find states under which the derivation runs."""
        heap: list[tuple[float, int, State, Passed]] = []
        count = 0

        def push(states: Iterator[State], reached: float, passed: Passed = frozenset()) -> None:
            nonlocal count
            reached += PASSED * len(passed)
            for state in states:
                self.costs[state.key] = min(state.cost, self.costs.get(state.key, state.cost))
                if state.key not in self.seen:
                    count += 1
                    heapq.heappush(heap, (state.total - reached, count, state, passed))

        push(started(State(given=given), missing, self.code), FURTHER * DONE)
        last = RUNS
        while heap and self.runs < last and len(self.found) < MOST:
            _, _, state, passed = heapq.heappop(heap)
            dear = self.found and state.total > min(s.total for s in self.found) + WIDER
            if state.key in self.seen or dear:
                continue
            self.seen.add(state.key)
            outcome, extents = self._first(state)
            if type(outcome.error) is NameError:
                self.undefined = self.undefined or outcome
            if outcome.missing is not None:
                more = tuple(n for n in outcome.missing.names if n not in state.names)
                push(started(state, more, self.code) if more else iter(()), FURTHER * DONE)
                if not more and outcome.missing.are_labels:
                    push(moves.labelled(state, outcome.missing.names), FURTHER * DONE)
                continue
            if outcome.ran:
                against = self.against(state)
                if against is None and outcome.fits and self._lengths(state):
                    against = self._short(state)
                if against is None:
                    (self.found if outcome.fits else self.unfit).append(state)
                    self.ends[state.key] = outcome
                    if state.oddness < TOO_ODD and state.cost < DEAR:
                        last = min(last, self.runs + AFTER)
                    push(fitted(state, outcome.unfit or {}, extents), FURTHER * DONE)
                    if not outcome.fits and self._flat(state):
                        push(self._lengthened(state), FURTHER * DONE)
                    if not outcome.fits:
                        push(more_axes(state), FURTHER * DONE)
                        alone = moves.single_samples(state, outcome.unfit or {}, extents)
                        push(alone, FURTHER * DONE + ONE)  # before the search ends
                    continue
                outcome, extents = against
            outcome, extents = self._in_forward(state, outcome, extents)
            passed |= {outcome.sites}
            push(self._moves(state, outcome, extents), FURTHER * self.reached(outcome), passed)

        self.found, self.unfit = map(self._at_least_cost, (self.found, self.unfit))

    def _at_least_cost(self, states: list[State]) -> list[State]:
        """The same lines: one that ran may have been reached again, from a plainer one."""
        return [replace(state, cost=self.costs[state.key]) for state in states]

    def _first(self, state: State) -> tuple[Outcome, Extents]:
        """A run in sizes that fit: no kernel larger than its image."""
        came = self.tried(state, ascending)
        for order in (weights_last, descending, rotated):
            if not is_refusal(came[0].error):
                break
            came = self.tried(state, order)
        if is_refusal(came[0].error) and not self.first:
            self.first = tuple(s for s in came[1].known if s not in state.sizes and s[0] != "*")
            return self._first(state) if self.first else came
        return came

    def against(self, state: State) -> tuple[Outcome, Extents] | None:
        """A run in other sizes that fails; None if the state runs in two or more besides."""
        ran = 0
        came: tuple[Outcome, Extents] | None = None
        for order in ORDERS:
            came = self.tried(state, order)
            if came[0].ran:
                ran += 1
            elif not is_refusal(came[0].error):
                return came
        return None if ran >= ENOUGH else came

    def _short(self, state: State) -> tuple[Outcome, Extents] | None:
        """A run that fails with flat vectors no longer than other extents; None if none does.

        A vector of any length runs as long as slices find enough in it.
        """
        extents = Extents(self.extents(replace(state, entries=())).avoided)
        extents.give(self._lengths(state))
        ascending(state, extents)
        self.runs += 1
        outcome = run(self.build, state.text, extents, self.file)
        return (outcome, extents) if outcome.error is not None else None

    def _in_forward(
        self, state: State, outcome: Outcome, extents: Extents
    ) -> tuple[Outcome, Extents]:
        """The run, or one in the opposite order if that fails in the forward already.

        A loop over the rows of one argument accepts another one with too many.
        """
        if outcome.error is None or self.reached(outcome) < BACKWARD:
            return outcome, extents
        other, others = self.tried(state, descending)
        earlier = other.error is not None and self.reached(other) < BACKWARD
        return (other, others) if earlier and not is_refusal(other.error) else (outcome, extents)

    def _moves(self, state: State, outcome: Outcome, extents: Extents) -> Iterator[State]:
        if outcome.error is None or isinstance(outcome.error, Unusable):
            return
        runs = [moves.Failed(outcome.error, extents)]
        if moves.is_ambiguous(runs[0]):
            other, others = self.tried(state, again)
            if other.error is not None and other.line == outcome.line:
                runs.append(moves.Failed(other.error, others))
        if runs[0].clues.length and self._flat(state):
            yield from self._lengthened(state)
        line = moves.Line(linecache.getline(self.file, outcome.line), self.code, outcome.sites)
        # No line of the user's: what came back has a shape that cannot be compared.
        backward = self.reached(outcome) >= BACKWARD or not outcome.line
        yield from moves.moves(state, runs, line, backward)

    @property
    def sizes(self) -> list[str]:
        """All sizes of the subjects that ran, those included that are said."""
        subjects = [end.subject for end in self.ends.values() if end.subject is not None]
        return [size for subject in subjects for size in subject.sizes]

    def may_be_wrong(self, state: State) -> bool:
        """True if a gradient of a wrong shape is a mistake of the code, and not of the line.

        The forward settles the axes of a weight, whose gradient is transposed. A bias that is
        summed up to a single number is wrong where an upstream comes in; elsewhere it may be meant.
        """
        outcome = self.ends[state.key]
        has_upstream = outcome.subject is not None and outcome.subject.has_upstream

        def is_wrong(name: str, shape: tuple[int, ...]) -> bool:
            if name not in state.names:  # an array of the object has the shape that it was given
                return name.startswith("self.")
            if state.kind(name) == BIAS:
                return has_upstream and not shape
            return state.kind(name) == WEIGHT and len(shape) == len(state.of(name).dims) > 1

        return all(is_wrong(name, shape) for name, shape in (outcome.unfit or {}).items())

    def with_values(self, state: State) -> State:
        """The line with the values under which the forward is a number: positive ones for a log.

        As few arguments as possible get a word; a square matrix is positive definite.
        """
        known = self.ends.get(state.key)
        if known is None or known.finite:
            return state
        free = [
            n for n, e in state.entries if not (e.classes or e.is_value or e.word)
            if state.kind(n) not in (TARGET, WEIGHT, BIAS) or len(state.names) == 1
        ]  # fmt: skip
        every = tuple(n for n, e in state.entries if not (e.classes or e.is_value or e.word))
        sets = [(n,) for n in free] + list(itertools.combinations(free, 2)) + [tuple(free), every]
        for names in sets:
            changed = state
            for name in names:
                dims = state.of(name).dims
                square = len(dims) > 1 and dims[-1] == dims[-2]
                word = "spd" if square else "positive"
                changed = changed.put(name, replace(state.of(name), word=word))
            ends = [self.tried(changed, order)[0] for order in (ascending, descending, rotated)]
            if all(end.ran and end.finite for end in ends):
                return changed
        return state

    def reached(self, outcome: Outcome) -> float:
        """How far a run came: its stage, and the place of its line among the lines of the code.

        Of a function that the code calls, the line of the call counts.
        """
        for (line, _, _), (node, stage) in itertools.product(
            outcome.sites, zip(self.code.nodes, self.code.stages)
        ):
            first, last = node.lineno, node.end_lineno or 0  # type: ignore[attr-defined]
            if first <= line <= last:
                return max(stage, outcome.stage) + (line - first) / (last - first + 1)
        return outcome.stage


def _needed(entry: Entry, name: str, outcome: Outcome, extents: Extents) -> int:
    """How long a flat vector is to be, by an error about its slices or by its gradient; or 0."""
    (length,) = shapes.shape(entry.dims, extents.known)
    if outcome.unfit and len(outcome.unfit.get(name, ())) == 1:
        return outcome.unfit[name][0]
    told = clues(outcome.error) if outcome.error is not None else None
    if told is None or told.length is None:
        return 0
    came, wanted = told.length
    return length + wanted - came


def _turned(known: Mapping[str, int], turn: int) -> Order:
    """All sizes of a run, those that are said included, in another order and with other primes."""
    sizes = [size for size, extent in known.items() if extent < LABELS[0]]

    def order(state: State, extents: Extents) -> None:
        extents.give(sizes[turn:] + sizes[:turn], PRIMES[turn:])

    return order


def ascending(state: State, extents: Extents) -> None:
    """In the order of the arguments; images last, so that kernels are smaller."""
    extents.give(_wide(state), WIDE)
    extents.give(_images_last(state))


def again(state: State, extents: Extents) -> None:
    """In the same order, with other primes."""
    extents.give(_wide(state), WIDE[2:])
    extents.give(_images_last(state), PRIMES[3:])


def descending(state: State, extents: Extents) -> None:
    """In the opposite order: loops and slices accept an extent that is too long."""
    image = _of_image(state)
    extents.give([size for size in _images_last(state)[::-1] if size not in image])
    extents.give(image)
    extents.give([size for size in state.sizes[::-1] if size not in state.own])  # of a constructor


def weights_last(state: State, extents: Extents) -> None:
    """The last axes of the weights are the largest; of kernels, all axes are small."""
    own = _images_last(state)
    ends = [e.dims[-1] for n, e in state.entries if state.kind(n) == WEIGHT and 0 < len(e.dims) < 3]
    extents.give(sorted(own, key=lambda size: size in ends), PRIMES[1:])


def rotated(state: State, extents: Extents) -> None:
    """Larger, and the second half of the sizes before the first one; images last."""
    order = _images_last(state)
    split = next((i for i, size in enumerate(order) if size in _of_image(state)), len(order))
    for part in (order[:split], order[split:]):
        half = (len(part) + 1) // 2
        extents.give(part[half:] + part[:half], PRIMES[2:])


ORDERS: tuple[Order, ...] = (descending, weights_last, rotated)


def _images_last(state: State) -> list[str]:
    axes = size_names(tuple(d for _, e in state.entries for d in (*e.dims, e.whole) if d))
    own = [size for size in state.own if size in axes]
    image = _of_image(state)
    if not image:
        return own
    biases = {size for name, e in state.entries if state.kind(name) == BIAS for size in e.sizes}
    biases -= {size for name, e in state.entries if state.kind(name) != BIAS for size in e.sizes}
    return sorted(own, key=lambda size: (size in image) + 2 * (size in biases))


def _of_image(state: State) -> list[str]:
    """The sizes that only the first argument has, if arguments have three axes or more.

    Its first axis is none of them: it may be the number of images.
    """
    if all(len(entry.dims) < 3 for _, entry in state.entries):
        return []
    (_, first), *others = state.entries
    shared = {size for _, entry in others for size in entry.sizes}
    return [size for size in size_names(first.dims[1:]) if size not in shared]


def _wide(state: State) -> list[str]:
    """The last axes of matrices of weights, and biases, if they are free: gates are slices."""
    ends = [
        e.dims[-1]
        for n, e in state.entries
        if (state.kind(n) == WEIGHT and len(e.dims) == 2)
        or (state.kind(n) == BIAS and len(e.dims) == 1)
    ]
    others = {
        size
        for name, entry in state.entries
        if state.kind(name) != BIAS
        for size in size_names(entry.dims[:-1] if state.kind(name) == WEIGHT else entry.dims)
    }
    return [size for size in ends if size in state.own and size not in others]
