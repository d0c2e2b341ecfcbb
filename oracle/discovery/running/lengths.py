"""The length of a flat vector: a sum of sizes and of their products, as its slices need it.

``theta[K:].reshape(K, D)`` says by how much a vector is too short; a gradient made by
``np.concatenate`` says its length. Numbers from several runs tell the expression.
"""

import functools
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

from oracle.discovery.running.extents import Extents

Needed = tuple[Extents, int]  # the sizes of a run, and the length that it needs
Numbers = tuple[int, ...]  # one for each run
Sums = dict[Numbers, list[tuple[int, ...]]]  # which terms add up to it
MOST = 2  # sums
ENOUGH = 3  # runs that a sum holds in
SHORTEST = 4  # length of which a sum is sought
MOST_ALONE = 3  # entries that are read one by one: theta[D], theta[D + 1]


def lengths(runs: Sequence[Needed], sizes: Sequence[str]) -> tuple[str, ...]:
    """The sums that have the length in every run: those of fewest terms, at most two of them."""
    wanted = tuple(number for _, number in runs)
    if len(runs) < ENOUGH or min(wanted) < SHORTEST:
        return ()
    known = [size for size in sizes if all(size in extents.known for extents, _ in runs)]
    numbers = tuple(tuple(extents.known[size] for extents, _ in runs) for size in known)
    return _lengths(wanted, tuple(known), numbers)


@functools.cache
def _lengths(
    wanted: Numbers, sizes: tuple[str, ...], numbers: tuple[Numbers, ...]
) -> tuple[str, ...]:
    terms = list(_terms(dict(zip(sizes, numbers)), len(wanted)))
    ones: Sums = {}
    for i, (_, extents) in enumerate(terms):
        ones.setdefault(extents, []).append((i,))
    twos: Sums = {}
    for (i, (_, one)), (j, (_, other)) in itertools.combinations(enumerate(terms), 2):
        twos.setdefault(tuple(a + b for a, b in zip(one, other)), []).append((i, j))
    none: Sums = {(0,) * len(wanted): [()]}
    for first, second in ((none, ones), (ones, ones), (ones, twos), (twos, twos)):
        found = list(_split(wanted, first, second))
        spelled = ([terms[i][0] for i in chosen] for chosen in sorted(found))
        sums = ["+".join(each) for each in spelled if _apart(each)]
        if sums:
            return tuple(sums[:MOST])
    return ()


def _split(wanted: Numbers, first: Sums, second: Sums) -> Iterator[tuple[int, ...]]:
    """The terms that add up to a length: some of one table, and later ones of another one."""
    for extents, some in first.items():
        left = tuple(a - b for a, b in zip(wanted, extents))
        for chosen, last in itertools.product(some, second.get(left, ())):
            if not chosen or chosen[-1] < last[0]:
                yield (*chosen, *last)


def _terms(sizes: Mapping[str, Numbers], count: int) -> Iterator[tuple[str, Numbers]]:
    """A size or the product of two, perhaps times two, and its extents in the runs."""
    products: list[tuple[str, ...]] = [(size,) for size in sizes]
    products += itertools.combinations_with_replacement(sizes, 2)
    for times, product in itertools.product((1, 2), products):
        text = "*".join((["2"] if times > 1 else []) + list(product))
        yield text, tuple(times * math.prod(sizes[s][i] for s in product) for i in range(count))
    for size, extents in sizes.items():  # a triangle
        yield f"{size}*({size}+1)//2", tuple(n * (n + 1) // 2 for n in extents)
    for number in range(1, MOST_ALONE + 1):
        yield str(number), (number,) * count


def _apart(terms: Sequence[str]) -> bool:
    """True if no term is a multiple of a different one: K+2*K is 3*K."""
    bare = ["1" if term.isdigit() else term.lstrip("0123456789").lstrip("*") for term in terms]
    return len(set(bare)) == len(bare)
