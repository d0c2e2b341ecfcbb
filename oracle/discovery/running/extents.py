"""Extents: a prime number for each size, so that a number in an error tells which size it is."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from oracle.cases.shapes import Size
from oracle.subject import size_names

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
LABELS = (97, 101, 103, 107, 109)  # a range of labels is larger than any extent
SUMMED = 2  # the largest constant in a sum of a size and a number


@dataclass
class Extents:
    """The sizes of one run. Sizes that are asked for and not known get the next prime."""

    avoided: frozenset[int] = frozenset()  # whole numbers in the user's code
    known: dict[str, int] = field(default_factory=dict)
    constants: Mapping[int, str] = field(default_factory=dict)  # numbers that have a name

    def of(self, size: str) -> Size:
        if size.startswith("*"):
            return tuple(self._given(f"{size}{axis}", PRIMES) for axis in range(2))
        return self._given(size, PRIMES)

    def give(self, sizes: Sequence[str], primes: Sequence[int] = PRIMES) -> None:
        """Give out primes in the order of some sizes."""
        for size in sizes:
            self._given(size, primes)

    def _given(self, size: str, primes: Sequence[int]) -> int:
        if size not in self.known:
            taken = {*self.avoided, *self.known.values()}
            free = (p for p in itertools.chain(primes, PRIMES, range(113, 10**6, 2)))
            self.known[size] = next(p for p in free if p not in taken)
        return self.known[size]

    def spelled(self, number: int) -> Iterator[str]:
        """The expressions that an extent may be, the plainest first."""
        yield from (size for size, extent in self.known.items() if extent == number)
        if number in self.constants:
            yield self.constants[number]
        if number <= 1 or number in self.avoided:
            yield str(number)
        for size, extent in self.known.items():
            if number % extent == 0 and number // extent in self._factors:
                yield f"{number // extent}*{size}"
        for size, extent in self.known.items():
            if 0 < abs(number - extent) <= SUMMED:
                yield f"{size}{number - extent:+d}"
        for (a, x), (b, y) in itertools.combinations(self.known.items(), 2):
            if x * y == number:
                yield f"{a}*{b}"
            if x + y == number:
                yield f"{a}+{b}"
        for three in itertools.combinations(self.known.items(), 3):
            if three[0][1] * three[1][1] * three[2][1] == number:
                yield "*".join(size for size, _ in three)

    @property
    def _factors(self) -> set[int]:
        return {2, 3, 4} | {n for n in self.avoided if 1 < n < 64}


def solved(extents: Extents, own: Sequence[str], pair: tuple[int, int]) -> tuple[str, str] | None:
    """A size of the search, and the expression that it is if two extents are to be equal.

    The later one of two sizes is replaced by the earlier one.
    """
    sides = [list(itertools.islice(extents.spelled(number), 6)) for number in pair]
    order = {size: i for i, size in enumerate(own)}
    found: list[tuple[int, int, str, str]] = []
    for here, there in (sides, sides[::-1]):
        for i, size in enumerate(here):
            if size not in order:
                continue
            for j, dim in enumerate(there):
                if size != dim and not _holds(dim, size):
                    found.append((i + j, -order[size], size, dim))
    if not found:
        return None
    _, _, size, dim = min(found)
    return size, dim


def _holds(dim: str, size: str) -> bool:
    return size in size_names((dim,))
