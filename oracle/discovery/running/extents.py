"""Extents: a prime number for each size, so that a number in an error tells which size it is."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from oracle.cases.shapes import Size
from oracle.subject import size_names

PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
WIDE = (61, 67, 71, 73, 79, 83, 89)  # several times as large as others: 4*H in one axis
LONG = (10007, 10009, 10037, 10039)  # a vector from which slices are taken
LABELS = (97, 101, 103, 107, 109)  # a range of labels is larger than any extent
SUMMED = 2  # the largest constant in a sum of a size and a number
CONSTANT = 16  # the largest extent that may be a number that nobody has written
ALTERNATIVES = 3  # ways in which two extents can be made equal


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
        sizes = [(s, extent) for s, extent in self.known.items() if s[0] != "*"]
        yield from (size for size, extent in sizes if extent == number)
        if number in self.constants:
            yield self.constants[number]
        if number <= CONSTANT or number in self.avoided:
            yield str(number)
        known = [(size, extent) for size, extent in sizes if extent > 1]
        for size, extent in known:
            if number % extent == 0 and 1 < number // extent <= CONSTANT:
                yield f"{number // extent}*{size}"
        for size, extent in known:
            if 0 < abs(number - extent) <= SUMMED:
                yield f"{size}{number - extent:+d}"
        for (a, x), (b, y) in itertools.combinations(known, 2):
            if x + y == number:
                yield f"{a}+{b}"
            if x * y == number:
                yield f"{a}*{b}"
        for (a, x), (b, y) in itertools.permutations(known, 2):
            times, rest = divmod(x - number, y)
            if not rest and 0 < times <= 4:  # what an open slice leaves: 4*H - 3*H
                yield f"{a}-{times}*{b}"
        for three in itertools.combinations(known, 3):
            if three[0][1] * three[1][1] * three[2][1] == number:
                yield "*".join(size for size, _ in three)


Evidence = tuple[Extents, tuple[int, int]]  # two extents that have to be equal, in one run


def solutions(own: Sequence[str], evidence: Sequence[Evidence]) -> list[tuple[str, str]]:
    """Sizes of the search and the expressions that they may be, if two extents are to be equal.

    What is said in several runs has to hold in each. The later one of two sizes is replaced.
    """
    sides = []
    for which in (0, 1):
        spelled = [list(extents.spelled(pair[which])) for extents, pair in evidence]
        sides.append([dim for dim in spelled[0] if all(dim in other for other in spelled[1:])])
    order = {size: i for i, size in enumerate(own)}
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for here, there in (sides, sides[::-1]):
        for (i, left), (j, dim) in itertools.product(enumerate(here), enumerate(there)):
            size, by = _isolated(left, dim)
            if "-" in by and "*" in by:
                continue  # what is left of a slice is no extent that anybody means
            if size in order and size != by and size not in size_names((by,)):
                found.setdefault((size, by), (i + j, -order[size]))
    ordered = sorted(found, key=lambda pair: found[pair])
    plain = [pair for pair in ordered[:1] if pair[1].isidentifier()]
    return plain or ordered[:ALTERNATIVES]


def _isolated(left: str, right: str) -> tuple[str, str]:
    """The equation left = right, solved for a size: d + 1 = n + 1, or p - 3*h = h of a slice.

    Where as much is taken off both sides, p - 2*h and q - 2*h, the sizes p and q are equal.
    """
    (one, _, more), (two, _, same) = left.rpartition("+"), right.rpartition("+")
    if one and two and more == same and more.isdigit():  # a column of ones on both sides
        return one, two
    size, _, taken = left.partition("-")
    same, _, beside = right.partition("-")
    if taken and taken == beside:
        return size, same
    (one, _, of), (two, _, other) = left.partition("*"), right.partition("*")
    if of and other and one == two and one.isdigit():  # 9*s and 9*c
        return of, other
    times, _, other = taken.partition("*")
    return (size, f"{int(times) + 1}*{other}") if other and other == right else (left, right)
