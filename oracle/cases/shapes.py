"""The shape grammar: ``N D``, ``D+1 M``, ``*shape``, ``N labels(C)``; and the sizes it is drawn in.

A dim is a size's name, a number, or a sum or product of both; ``*name`` stands for any number of
axes. A size is an int, or a tuple of ints for a ``*name``. Options that are whole numbers may stand
where sizes do: ``D//groups``.
"""

import ast
import functools
import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from oracle.subject import parsed_dim

Size: TypeAlias = int | tuple[int, ...]
Sizes: TypeAlias = Mapping[str, Size]

SMALL = (1, 2, 3)
MOST_SMALL = 500


def shape(dims: Sequence[str], sizes: Sizes) -> tuple[int, ...]:
    """The dims in numbers.

    Raises:
        ValueError: an extent comes out negative: these sizes do not fit together.
    """
    extents = _reader(tuple(dims))(sizes)
    if extents and min(extents) < 0:
        raise ValueError(f"sizes {dict(sizes)} make the shape {' '.join(dims)} negative: {extents}")
    return extents


def small(sizes: Sequence[str], seed: int = 0) -> list[dict[str, Size]]:
    """All of {1, 2, 3}^sizes, smallest first; a ``*name`` is each shape of rank 0 to 2 in those.

    Above 500 combinations, a seeded subset: the all-equal ones, and others drawn at random.
    """
    return list(_small(tuple(sizes), seed))


@functools.cache
def _small(sizes: tuple[str, ...], seed: int) -> list[dict[str, Size]]:
    starred = [()] + [s for r in (1, 2) for s in itertools.product(SMALL, repeat=r)]
    choices: list[Sequence[Size]] = [starred if n.startswith("*") else SMALL for n in sizes]
    if math.prod(map(len, choices)) <= MOST_SMALL:
        combinations = [dict(zip(sizes, c)) for c in itertools.product(*choices)]
    else:
        rng = np.random.default_rng(seed)
        combinations = [
            dict(zip(sizes, (c[k % len(c)] for c in choices))) for k in range(len(SMALL))
        ]
        while len(combinations) < MOST_SMALL:
            combinations.append(dict(zip(sizes, (c[int(rng.integers(len(c)))] for c in choices))))
    return sorted(combinations, key=lambda c: (volume(c), max(map(_extent, c.values()), default=0)))


def rectangular(sizes: Sequence[str], rng: np.random.Generator, max_dim: int) -> dict[str, Size]:
    """Random sizes from 2 to ``max_dim``, all different while there are enough numbers for that."""
    pool: list[int] = []

    def extent() -> int:
        if not pool:
            pool.extend((rng.permutation(max(1, max_dim - 1)) + 2).tolist())
        return pool.pop()

    drawn: dict[str, Size] = {}
    for name in sizes:
        if name.startswith("*"):
            drawn[name] = tuple(extent() for _ in range(int(rng.integers(1, 4))))
        else:
            drawn[name] = extent()
    return drawn


def volume(sizes: Sizes) -> int:
    """The product of all extents: how large a case is."""
    return math.prod(map(_extent, sizes.values()))


def _extent(size: Size) -> int:
    return size if isinstance(size, int) else math.prod(size)


@functools.cache
def _reader(dims: tuple[str, ...]) -> Callable[[Sizes], tuple[int, ...]]:
    """``lambda sizes: (sizes["N"], *sizes["*shape"], sizes["D"] + 1,)``: many cases ask for it."""
    extents = [
        f"*sizes[{dim!r}]"
        if dim.startswith("*")
        else re.sub(r"[^\W\d]\w*", lambda name: f"sizes[{name[0]!r}]", ast.unparse(parsed_dim(dim)))
        for dim in dims
    ]
    read: Callable[[Sizes], tuple[int, ...]] = eval(
        f"lambda sizes: ({''.join(f'{extent},' for extent in extents)})"
    )
    return read
