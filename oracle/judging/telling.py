"""The order in which cases tell most: large and rectangular ones first, each unlike the others."""

from collections.abc import Iterable, Iterator, Sequence

from oracle.cases import Case

CONSIDERED = 60  # cases, of which the most telling ones are chosen
CHOSEN = 12
OPENED = 4  # of those chosen, cases in which a diagnosis looks at every intermediate
SAMPLES = 3  # large rectangular cases by which a function is recognised
MANY_CALLS = 1000  # calls of NumPy a case: of code that makes more, small shapes must do


def extents(case: Case) -> list[int]:
    """The sizes of a case, those of a starred one among them."""
    held = [s if isinstance(s, tuple) else (s,) for s in case.sizes.values()]
    return [extent for sizes in held for extent in sizes]


def has_a_one(case: Case) -> bool:
    """True where some size is 1, so that a sum or a mean over it changes nothing."""
    return min(extents(case), default=1) < 2


def ordinary(cases: Iterable[Case]) -> list[Case]:
    return [case for case in cases if case.regime == "ordinary"]


def most_telling(cases: Iterable[Case], calls: float) -> list[Case]:
    """Cases of all shapes, rectangular ones first, all extents at least 2 if possible.

    Each is as unlike the ones before as can be: no size may stay the same throughout.
    ``calls``: how many calls of NumPy a case makes.
    """
    distinct = list({str(case): case for case in cases}.values())

    def rank(case: Case) -> tuple[bool, bool, bool, int]:
        found = extents(case)
        small = min(found, default=1)  # of two things, one is often minus the other
        if calls > MANY_CALLS:
            return (small < 2, False, False, sum(found))
        return (small < 2, small < 3, len(set(found)) < len(found), sum(found))

    left = sorted(ordinary(distinct) or distinct, key=rank)[:CONSIDERED]
    chosen: list[Case] = []
    while left and len(chosen) < CHOSEN:
        best = min(left, key=lambda c: (rank(c)[0], _alike(c, chosen), *rank(c)))
        chosen.append(best)
        left.remove(best)
    return chosen


def _alike(case: Case, chosen: Sequence[Case]) -> int:
    """The number of sizes that a case shares with those already chosen, counted over all."""
    return sum(case.sizes[name] == other.sizes[name] for other in chosen for name in case.sizes)


def smallest(cases: Iterable[Case]) -> list[Case]:
    """The smallest first; those where all sizes but one are 1 are left out.

    There a step of the backward is a single number, which may be meant to be anything.
    """
    distinct = list({str(case): case for case in cases}.values())
    some = [c for c in distinct if sum(s > 1 for s in extents(c)) >= min(2, len(extents(c)))]
    return sorted(some, key=lambda case: sum(extents(case)))


def is_large_and_rectangular(case: Case) -> bool:
    """True where every size is above 2, and no two are equal."""
    sizes = case.sizes.values()
    large = all(size > 2 for size in sizes if isinstance(size, int))
    return case.regime == "ordinary" and large and len(set(sizes)) == len(sizes)


def handful(
    failures: Sequence[Sequence[Case]], passes: Sequence[Sequence[Case]], calls: float
) -> Iterator[Case]:
    """The cases that later stages ask for, the likeliest first.

    Args:
        failures: the failing cases of each gradient.
        passes: the passing ones.
        calls: how many calls of NumPy a case makes.
    """
    failing = [case for cases in failures for case in cases]
    yield from most_telling(failing, calls)[:OPENED]
    for cases in failures:
        yield from ordinary(cases)[:1]
    yield from smallest(failing)[:2]
    for cases in failures[:1]:
        yield from sorted(ordinary(cases), key=has_a_one)[:OPENED]
    large = [case for cases in (*passes, *failures) for case in cases]
    yield from list(filter(is_large_and_rectangular, large))[:SAMPLES]
    yield from smallest(failing)
