"""The lines that are left of those found: confirmed, different from each other, with good names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from oracle.discovery.running.search import TOO_ODD, Search, ascending, descending
from oracle.discovery.running.state import BIAS, DATA, TARGET, WEIGHT, Entry, State, is_fresh
from oracle.discovery.running.trial import BACKWARD
from oracle.subject import size_names, substituted

MULTIPLE = re.compile(r"(\d+)\*(\w+)")
ODDER = 0.5  # than the plainest line; a line that is odder is an accident
MOST = 4  # lines that are judged
OF_OUTPUTS = {WEIGHT, BIAS, TARGET}  # have an axis of outputs
BATCH = ("N", "T", "L", "P")
FEATURES = ("D", "M", "H", "K", "F", "G", "E", "Q", "R", "S", "U", "V")
IMAGE = ("N", "C", "H", "W")
CLASSES = ("C", "K")


def settled(search: Search, called: Sequence[State]) -> list[State]:
    """The lines that are left, the plainest first; those in which the code itself calls, if any.

    Where none was found that is not odd, ``called`` is the line with the shapes of its calls.
    """
    kept = _different(search)
    if not kept or is_too_odd(search, kept[0], called):
        runs = (s for s in called if search.tried(s, ascending)[0].ran)
        return [state for state in runs if search.against(state) is None] or kept
    axes = {name: len(shape) for name, (shape, _) in search.code.called.items()}
    as_called = [state for state in kept if _has_axes(state, axes)]
    if axes and kept and not as_called:
        entries = [(n, _cut(entry, axes.get(n, len(entry.dims)))) for n, entry in kept[0].entries]
        other = replace(kept[0], entries=tuple(entries))
        if _has_axes(other, axes) and search.tried(other, ascending)[0].fits:
            as_called = [other] if search.against(other) is None else []
    return [_with_ones(state, search) for state in as_called or kept]


def _with_ones(state: State, search: Search) -> State:
    """The line with 1 for an extent that one argument alone has, and that is 1 in the calls."""
    for name, entry in state.entries:
        shape, _ = search.code.as_called(name) or ((), 0)
        for dim, extent in zip(entry.dims, shape):
            alone = sum(dim in other.dims for _, other in state.entries) == 1
            if extent == 1 and alone and is_fresh(dim):
                state = state.replaced(dim, "1", 0.0)
    return state


def is_too_odd(search: Search, state: State, called: Sequence[State]) -> bool:
    """True if a line is so odd that it is told and not judged; one that the file calls is not.

    Nor is one whose oddness are square arrays, and the forward itself refuses others: transitions
    between states, the neighbours in a graph.
    """
    end = search.ends.get(state.key)
    never_finite = end is not None and not end.finite  # no words for its values made it so
    return state not in called and (never_finite or _oddness(search, state) >= TOO_ODD)


def _oddness(search: Search, state: State) -> float:
    """How odd a line is, without the squares that the forward demands."""
    squares = state.squares if state.oddness >= TOO_ODD else []
    if not squares or any(
        _runs_forward(search, _widened(state, name, axis)) for name, _, axis in squares
    ):
        return state.oddness
    return state.oddness - len({(name, size) for name, size, _ in squares})


def _widened(state: State, name: str, axis: int) -> State:
    """The line with a size of its own for one axis."""
    other, (size,) = state.sized(1)
    dims = list(state.of(name).dims)
    dims[axis] = size
    return other.put(name, replace(state.of(name), dims=tuple(dims)))


def _runs_forward(search: Search, state: State) -> bool:
    """True if the forward runs in sizes of either order: a label may be too large in one.

    An error without a line of the user's is none of the forward's: gradients did not fit.
    """
    outcomes = (search.tried(state, order)[0] for order in (ascending, descending))
    return any(
        one.error is None or not one.line or search.reached(one) >= BACKWARD for one in outcomes
    )


def _has_axes(state: State, axes: Mapping[str, int]) -> bool:
    """True if arguments have as many axes as in the file's own calls."""
    known = [(entry, axes[name]) for name, entry in state.entries if name in axes]
    return all(len(entry.dims) == rank for entry, rank in known if not entry.literal)


def _cut(entry: Entry, rank: int) -> Entry:
    return entry if entry.literal else replace(entry, dims=entry.dims[len(entry.dims) - rank :])


def _different(search: Search) -> list[State]:
    """The lines that were found, without those that say the same, the plainest first.

    A line with two sizes equated is dropped if the code also runs without: a gradient of a wrong
    shape must not be made right by a square matrix.
    """
    odd = {state.key: _oddness(search, state) for state in search.found}
    found = [
        state
        for state in sorted(search.found, key=lambda s: s.cost + odd[s.key])
        if not any(_covers(other, state, plain=True) for other in search.unfit)
    ]
    unfit = sorted(filter(search.may_be_wrong, search.unfit), key=lambda s: s.total)
    if not found:
        found = unfit[:1]
    elif not _of_numbers(search, found[0]) and any(
        _has_more_axes(other, found[0]) for other in search.unfit
    ):
        return []  # a sum that is missing is right for a single sample
    odd |= {state.key: state.oddness for state in unfit}
    found = [state for state in found if odd[state.key] <= odd[found[0].key] + ODDER]
    if search.code.reduces():
        found = [state for state in found if any(entry.dims for _, entry in state.entries)]
    kept: list[State] = []
    for state in found:
        if any(_covers(o, state) or _is_wider(state, o) or _broadcasts(state, o) for o in kept):
            continue
        kept = [other for other in kept if not (_covers(state, other) or _is_wider(other, state))]
        kept.append(state)
    fewer = kept and not search.code.tells_axes_apart()
    others = [*(_with_fewer_axes(kept[0]) if fewer else ())]
    ones = [*(_of_one_output(search, kept[0]) if kept else ())]
    for other in others + ones:
        is_new = other in ones or not any(_covers(known, other) for known in kept)
        if len(kept) < MOST and is_new:
            outcome, _ = search.tried(other, ascending)
            # (A parameter of its own has the size that this line would leave out.)
            if outcome.fits and not outcome.has_parameters and search.against(other) is None:
                kept.append(other)
    return [search.with_values(state) for state in kept[:MOST]]


def _with_fewer_axes(state: State) -> Iterator[State]:
    """The same for a vector in place of a matrix: without one size, wherever it stands."""
    first = state.entries[0][1].dims[:1]  # samples stay
    for size in (s for s in state.own if s not in first or len(state.own) == 1):
        entries = []
        for name, entry in state.entries:
            dims = tuple(dim for dim in entry.dims if dim != size)
            if size in size_names((*dims, entry.classes or "1")) or (entry.dims and not dims):
                break
            entries.append((name, replace(entry, dims=dims)))
        else:
            changed = sum(a != b for a, b in zip(entries, state.entries))
            if changed > 1 or changed == len(entries) == 1:
                yield replace(state, entries=tuple(entries))


def _of_one_output(search: Search, state: State) -> Iterator[State]:
    """The same for one output, where nothing says how many a loss compares.

    A gradient that is divided by the samples alone is that of ``loss.mean()`` only if there is one.
    """
    subject = search.ends[state.key].subject if state.key in search.ends else None
    if subject is None or subject.has_upstream:
        return
    own = [(n, e) for n, e in state.entries if not e.is_value]
    for size in state.own:
        holders = [(n, e) for n, e in own if size in e.sizes]
        last = all(e.dims[-1:] == (size,) and e.sizes.count(size) == 1 for _, e in holders)
        kinds = {state.kind(name) for name, _ in holders}
        flat = any(len(e.dims) < 2 and state.kind(name) == WEIGHT for name, e in holders)
        if last and not flat and WEIGHT in kinds and kinds <= OF_OUTPUTS:
            yield state.replaced(size, "1", 0.0)


def _of_numbers(search: Search, state: State) -> bool:
    """True if all arguments that may have fewer axes are numbers, never used as arrays."""
    arrays = [name for name, entry in state.entries if entry.dims or entry.is_value]
    numbers = [name for name in state.names if name not in arrays]
    kinds = {state.kind(name) for name in numbers}
    used = any(search.code.roles.is_array(name) for name in numbers)
    return bool(numbers) and not used and kinds <= {DATA}


def _has_more_axes(unfit: State, found: State) -> bool:
    """True if a line that makes a gradient of a wrong shape is plainer, and has more axes."""
    if unfit.names != found.names or unfit.total > found.total:
        return False
    axes = [(_axes(unfit.of(n).dims), _axes(found.of(n).dims)) for n in found.names]
    return all(a >= b for a, b in axes) and any(a > b for a, b in axes)


def _axes(dims: tuple[str, ...]) -> int:
    """How many axes there are; a product such as G*D counts as those that it is made of."""
    return sum(max(1, dim.count("*") + 1) for dim in dims)


def _covers(general: State, special: State, plain: bool = False) -> bool:
    """True if a line is a different one with some of its sizes equated.

    ``plain``: with each other only, not with a multiple or sum of others.
    """
    if general.names != special.names:
        return False
    pairs: list[tuple[str, str]] = []
    for name in general.names:
        one, other = general.of(name), special.of(name)
        if (one.literal, one.word, len(one.dims)) != (other.literal, other.word, len(other.dims)):
            return False
        if bool(one.classes) != bool(other.classes):
            return False
        if bool(one.whole) != bool(other.whole):
            return False
        pairs += [*zip(one.dims, other.dims), (one.classes or "1", other.classes or "1")]
        pairs.append((one.whole or "1", other.whole or "1"))
    by: dict[str, str] = {}
    for dim, instead in sorted(pairs, key=lambda pair: not is_fresh(pair[0])):
        if is_fresh(dim) and plain and not instead.isidentifier():
            return False
        if is_fresh(dim) and by.setdefault(dim, instead) == instead:
            continue
        for size in size_names((dim,)):
            dim = substituted(dim, size, by.get(size, size))
        if dim != instead:
            return False
    return True


def _broadcasts(state: State, other: State) -> bool:
    """A line as another one but for more axes of labels: NumPy broadcasts what it indexes with."""
    if state.names != other.names:
        return False
    pairs = [(state.of(name), other.of(name)) for name in state.names]
    differ = [(one.dims, two) for one, two in pairs if one.dims != two.dims]
    return bool(differ) and all(
        two.classes and len(dims) > len(two.dims) and dims[-len(two.dims) :] == two.dims
        for dims, two in differ
    )


def _is_wider(state: State, other: State) -> bool:
    """True if a line differs only by larger multiples: with columns that nothing reads."""
    if state.names != other.names:
        return False
    pairs = [(d, e) for n in state.names for d, e in zip(state.of(n).dims, other.of(n).dims)]
    differ = [(MULTIPLE.fullmatch(d), MULTIPLE.fullmatch(e)) for d, e in pairs if d != e]
    ranks = all(len(state.of(n).dims) == len(other.of(n).dims) for n in state.names)
    return bool(differ and ranks) and all(
        one and two and one[2] == two[2] and int(one[1]) > int(two[1]) for one, two in differ
    )


def named(state: State, taken: Mapping[str, object]) -> State:
    """The line with the names that people give to sizes; those of the code itself come first."""
    names: dict[str, str] = {}
    whole = {name for name, entry in state.entries if entry.whole}  # K=K
    hints = {size: name for size, name in state.hints if size in state.own}
    for size in sorted(state.own, key=lambda s: s not in hints):
        used = {*taken, *names.values()} - (whole - {*names.values()})
        wanted = [hints[size]] if size in hints else []
        wanted += _usual(state, size)
        names[size] = next(name for name in wanted if name not in used)
    return state.renamed(names)


def _usual(state: State, size: str) -> list[str]:
    """Names for a size: of a batch where no weight has it, of an image, of classes."""
    others = [f"n{i}" for i in range(1, 30)]
    for _, entry in state.entries:
        if len(entry.dims) == 4 and size in entry.dims:
            return [IMAGE[entry.dims.index(size)], *FEATURES, *others]
    if any(entry.classes == size for _, entry in state.entries):
        return [*CLASSES, *others]
    weights = [n for n in state.names if state.kind(n) in (WEIGHT, BIAS)]
    if any(size in state.of(name).sizes for name in weights):
        return [*FEATURES, *others]
    first = [entry.dims[0] for n, entry in state.entries if entry.dims and state.kind(n) != BIAS]
    if weights or size in first:
        return [*BATCH, *FEATURES, *others]
    if any(state.kind(n) == TARGET and size in e.sizes for n, e in state.entries):
        return [*CLASSES, *FEATURES, *others]
    return [*FEATURES, *others]
