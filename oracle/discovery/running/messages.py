"""Clues in an exception: which extents must be equal, which rank is wanted, what is an integer."""

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

Shape = tuple[int, ...]

ALIGNED = re.compile(
    r"\(dim \d+\) != (?P<b>\d+)|\(size (?P<c>\d+) is different from (?P<d>\d+)\)"
    r"|has size (?P<e>\d+) and the array at index \d+ has size (?P<f>\d+)"
    r"|tensor a \((?P<g>\d+)\) must match the size of tensor b \((?P<h>\d+)\)"
    r"|has size (?P<o>\d+) for operand \d+ which does not broadcast with previously \w+"
    r" size (?P<p>\d+)"
    r"|size of axis is (?P<u>\d+) but size of corresponding boolean axis is (?P<v>\d+)"
    r"|don't match \((?P<i>\d+) != (?P<j>\d+)\)"
    r"|Expected size (?P<q>\d+) but got size (?P<r>\d+)"
    r"|expanded size of the tensor \((?P<k>\d+)\) must match the existing size \((?P<l>\d+)\)"
    r"|input batch_size \((?P<s>\d+)\) to match target batch_size \((?P<t>\d+)\)"
    r"|[Ee]xpected index \[(?P<m>\d+).*no larger than \w+ \[(?P<n>\d+)"
)
NOT_ALIGNED = re.compile(r"not aligned: (\d+) \(dim \d+\) != (\d+)")
TORCH_PRODUCT = re.compile(r"\((?:\d+x)*(\d+) and (\d+)x\d+\)")
SHAPE = re.compile(r"\(((?:\d+|newaxis)(?:, ?(?:\d+|newaxis))*,?|)\)|\[(\d+(?:, ?\d+)*)\]")
RESHAPED = re.compile(
    r"cannot reshape array of size (?P<size>\d+) into shape \((?P<to>[^)]*)\)"
    r"|shape '\[(?P<to2>[^\]]*)\]' is invalid for input of size (?P<size2>\d+)"
)
ENTRIES = re.compile(r"values to unpack \(expected (\d+)")
UNPACKED = re.compile(r"values to unpack \(expected (\d+)|subscripts in the equation \((\d+)\)")
PADDED = re.compile(r"\((\d+), ?2\) +and requested shape \(\d+, ?2\)")
REFUSED = re.compile(
    r"negative dimensions|is empty|zero-size|must be non-negative|empty sequence|negative dimension"
    r"|division by zero|non-empty|greater than actual input size|Kernel size can't be"
)
BOUNDS = re.compile(r"index (\d+) is out of bounds for (?:axis|dimension) \d+ with size (\d+)")
TARGET = re.compile(r"Target (\d+) is out of bounds")  # torch does not say of what
FILLED = re.compile(
    r"shape \((\d+),\) could not be broadcast to indexing result of shape \((\d+),\)"
    r"|from shape \((\d+),\) into shape \((\d+),\)"
)
SOLVED = re.compile(r"shapes of a \(\d+, (\d+)\) and b \((\d+)(?:, \d+)?,?\) are incompatible")
AXIS = re.compile(r"axis (-?\d+) is out of bounds for array of dimension (\d+)")
HIGHER = re.compile(
    r"tuple index out of range|too many indices|unsized object|0-d array|too many subscripts"
    r"|does not have enough dimensions|axes don't match|scalar variable|has no len|Dimension out of"
    r"|not subscriptable|at least \w+ dimension|at least \w+-dimensional|must be \d-dimensional"
    r"|1- or 2-d|must have matching dimensions|not have enough dim|same number of dimensions"
)
LOWER = re.compile(
    r"more dimensions than subscripts|only (length|size)-1 arrays|0-dimensional arrays"
    r"|truth value of an array|array element with a sequence|axes don't match|must be 1-d"
    r"|0D or 1D target"
    r"|1-dimensional|unsupported format string|same number of dimensions|too deep"
)
INTEGERS = re.compile(
    r"of integer|only integers|only integer scalar|interpreted as an integer|must be integers"
    r"|to dtype\('int|used as indices must be|unhashable type: 'numpy.ndarray'|non-negative ints"
    r"|must be Long|non-integer|must be long, int|dtype int32(?:/| or )int64|scalar types: Long"
    r"|target dtype to be Long|tensor of type LongTensor"
    r"|_cpu\" not implemented for '(?:Float|Double)'"
)
SQUARE = re.compile(r"must be (?:batches of )?square|[Ee]xpected square")
DEFINITE = re.compile(r"definite")


@dataclass(frozen=True)
class Clues:
    """The facts in the message of an exception."""

    equal: tuple[tuple[int, int], ...] = ()  # extents that must be equal, all at once
    either: tuple[tuple[int, int], ...] = ()  # of these, one pair
    shapes: tuple[Shape, ...] = ()  # of arrays that do not fit
    rank: int = 0  # how many axes are wanted
    entries: int = 0  # names to which something is unpacked
    higher: bool = False
    lower: bool = False
    integers: bool = False
    index: tuple[int, int] | None = None  # an index, and the extent that it exceeds, or 0
    multiples: tuple[int, ...] = ()  # extents of a shape whose product is a different one
    places: bool = False  # some axes that are summed over together have different extents
    output: bool = False  # the result of an operation does not fit where it is added to
    length: tuple[int, int] | None = None  # of a part of a vector, and the one that is wanted
    square: bool = False
    definite: bool = False


def clues(error: BaseException) -> Clues:
    """The clues in the text of an exception."""
    said = str(error)
    shapes = tuple(_shapes(said))
    axis, bounds = AXIS.search(said), BOUNDS.search(said)
    integers = bool(INTEGERS.search(said))
    target, entries = TARGET.search(said), ENTRIES.search(said)
    return Clues(
        tuple(dict.fromkeys(_equal(said, shapes))),
        tuple(_either(said)),
        shapes,
        _rank(said),
        int(entries[1]) if entries else 0,
        bool(HIGHER.search(said)) or bool(axis),
        bool(LOWER.search(said)) and not integers,
        integers,
        (int(bounds[1]), int(bounds[2])) if bounds else (int(target[1]), 0) if target else None,
        tuple(_factors(said)),
        "shape-mismatch for sum" in said,
        "non-broadcastable output" in said,
        _length(said),
        bool(SQUARE.search(said)),
        bool(DEFINITE.search(said)),
    )


def _length(said: str) -> tuple[int, int] | None:
    """The length of what was taken from a vector, and the length that was wanted."""
    if reshaped := RESHAPED.search(said):
        to = re.findall(r"-?\w+", reshaped["to"] or reshaped["to2"] or "")
        if all(n.isdigit() for n in to):
            return int(reshaped["size"] or reshaped["size2"]), math.prod(map(int, to))
    filled = FILLED.search(said)
    if filled is None:
        return None
    came, wanted = (int(number) for number in filled.groups() if number is not None)
    return came, wanted


def _rank(said: str) -> int:
    """How many axes are wanted, by the number of names unpacked or by an axis; 0 if unknown."""
    if unpacked := UNPACKED.search(said):
        return int(next(filter(None, unpacked.groups())))
    if padded := PADDED.search(said):
        return int(padded[1])
    axis = AXIS.search(said)
    return int(axis[1]) + 1 if axis and axis[1][0] != "-" else 0


def is_refusal(error: BaseException | None) -> bool:
    """True if only these sizes do not fit: a kernel larger than its image."""
    return isinstance(error, Exception) and bool(REFUSED.search(str(error)))


def _shapes(said: str) -> Iterator[Shape]:
    if "->" in said:  # einsum: each shape, and how it was laid out for broadcasting
        said = re.sub(r"\([\d, ]*\)->", "", said)
    for found in SHAPE.finditer(said):
        told = (found[1] or found[2] or "").replace("newaxis", "1")
        yield tuple(int(n) for n in re.findall(r"\d+", told))


def _equal(said: str, shapes: tuple[Shape, ...]) -> Iterator[tuple[int, int]]:
    if found := NOT_ALIGNED.search(said) or SOLVED.search(said):
        yield int(found[1]), int(found[2])
    elif found := ALIGNED.search(said):
        numbers = [int(n) for n in found.groups() if n is not None]
        if len(numbers) == 2:
            yield numbers[0], numbers[1]
    elif "cannot be multiplied" in said and (found := TORCH_PRODUCT.search(said)):
        yield int(found[1]), int(found[2])
    elif "broadcast" in said and len(shapes) > 1:
        for one, other in itertools.pairwise(filter(None, shapes)):  # () fits everything
            for a, b in zip(reversed(one), reversed(other)):
                if a != b and 1 not in (a, b):
                    yield a, b
    elif RESHAPED.search(said) and (length := _length(said)):
        yield length


def _either(said: str) -> Iterator[tuple[int, int]]:
    """States for a product that must divide another one: one of its factors occurs there."""
    found = RESHAPED.search(said)
    if not found:
        return
    size = int(found["size"] or found["size2"])
    for n in re.findall(r"\d+", found["to"] or found["to2"] or ""):
        factors = [p for p in range(2, min(size, 200)) if size % p == 0 and _is_prime(p)]
        if int(n) > 1 and size % int(n):
            yield from ((int(n), p) for p in factors)


def _factors(said: str) -> Iterator[int]:
    found = RESHAPED.search(said)
    if found:
        yield from map(int, re.findall(r"\d+", found["to"] or found["to2"] or ""))


def _is_prime(number: int) -> bool:
    return all(number % p for p in range(2, int(number**0.5) + 1))
