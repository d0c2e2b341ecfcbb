"""Budget of a check: the work it may cost, the work a case is expected to cost, the best cases."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from oracle.cases import Case
from oracle.cases.shapes import Size

CASES = 200  # random cases of a derivation, unless another number is asked for
ENOUGH = 20  # ordinary cases that could have shown a mistake: a verdict of correct takes so many
FEW = 4  # cases that are judged, however much work they are
CLOSELY = 16  # the first three and every so many cases also see side conditions and the witness
REDRAWN = 20  # cases that are drawn again because they could show nothing
CALLS = 8_000  # recorded calls in the cases drawn; of code that makes more, cases are left out
START = 1_000  # calls beyond an even share for the first cases, some of which are drawn again
ELEMENTS = 10_000  # entries of arrays that are as much work as a call
SECONDS = 12.0  # the same for code that computes without calling NumPy,
GRACE = 3.0  # beyond so many for the first cases, in which torch warms up
LATEST = 25.0  # seconds after which not even as many cases are judged as are ENOUGH
BOUNDARY = 5  # one case at a boundary size for so many others
BOUNDARY_CALLS = 600  # recorded calls at boundary sizes that are always allowed
BOUNDARY_SHARE = 0.12  # of all calls; of code judged by differences, calls × elements are counted
OFFSETS = 3  # cases of values around a large number
SETTLED = 40  # runs of a user's code without a random number: it draws none
COMPARED = 16  # in every so many float32 cases torch's own float32 is asked for its digits

DIRECTIONS = 8  # random directions in which one looks to either side of a kink
MANY = 64  # the same, where many ties at once are not told by a few
ALONE = 12  # entries that are moved alone there
KINKS_LEGAL = 3  # so many legal choices at kinks, and it is known how this gradient chooses
TRIED = 24  # cases to find out which values are meant


# The work that a case is expected to be, from that of the cases before: log w = a + Σ pᵢ log sᵢ.
#
# Vectorised code makes as many calls whatever the sizes; a loop over pixels makes H·W times as
# many. The exponents pᵢ of the sizes sᵢ are fitted, so that a case can be left out before it is
# run.

AGAIN = 1.5  # the fit is made again when there are so many times as many cases,
OFF = 2.0  # or when a case was so many times the work that was expected


class ExpectedWork:
    """Sizes and work of the cases so far, and the powers of the sizes that fit them."""

    def __init__(self) -> None:
        self._sizes: list[list[float]] = []
        self._work: list[float] = []
        self._powers: np.ndarray | None = None
        self._fitted = 0  # to the first so many cases

    def take(self, sizes: Mapping[str, Size], work: int) -> None:
        """Note the work of a case."""
        if self._powers is not None and work > OFF * self.of(sizes):
            self._fitted = 0
        self._sizes.append(_logarithms(sizes))
        self._work.append(math.log(max(1, work)))

    def of(self, sizes: Mapping[str, Size]) -> float:
        """The work of a case of these sizes; 0 if too few are known to tell."""
        if len(self._work) <= len(sizes) + 1:
            return 0.0
        if len(self._work) >= AGAIN * self._fitted or self._powers is None:
            self._powers = np.linalg.lstsq(np.array(self._sizes), np.array(self._work))[0]
            self._fitted = len(self._work)
        return math.exp(float(np.dot(_logarithms(sizes), np.maximum(0.0, self._powers))))


def _logarithms(sizes: Mapping[str, Size]) -> list[float]:
    return [1.0, *(math.log(max(1, math.prod(s) if isinstance(s, tuple) else s))
                   for s in sizes.values())]  # fmt: skip


# The order in which cases tell most: large and rectangular ones first, each unlike the others.

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
