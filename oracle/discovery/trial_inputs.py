"""Trial inputs: small arrays whose sizes all differ, and a random state that is kept."""

import contextlib
import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.random.bit_generator as bit_generator

from oracle import cases
from oracle.cases import shapes
from oracle.subject import Argument, size_names

SPARE: list[np.random.MT19937] = []  # generators that are not in use
CHOSEN: list[Callable[[str], shapes.Size]] = []  # who chooses sizes by name; the last one does


@contextlib.contextmanager
def kept_random_state(seed: int) -> Iterator[None]:
    """NumPy's global random numbers from a seed for a while, and then as they were.

    Another generator takes the place of NumPy's own: to copy its state would take a hundred times
    as long. Half a pair of normal numbers that was kept for the next call is lost.
    """
    own = np.random.get_bit_generator()  # type: ignore[attr-defined]
    spare = SPARE.pop() if SPARE else np.random.MT19937()
    np.random.set_bit_generator(spare)  # type: ignore[attr-defined]
    np.random.seed(seed % 2**32)
    try:
        with entropy_from(seed):
            yield
    finally:
        np.random.set_bit_generator(own)  # type: ignore[attr-defined]
        SPARE.append(spare)


@contextlib.contextmanager
def sizes_chosen(choose: Callable[[str], shapes.Size]) -> Iterator[None]:
    """All trial inputs in sizes that someone chooses, for a while."""
    CHOSEN.append(choose)
    try:
        yield
    finally:
        CHOSEN.pop()


def trial_sizes(arguments: Sequence[Argument], first: int = 2) -> dict[str, shapes.Size]:
    """Small sizes that are all different, and from extents such as 2*K as well."""
    found: dict[str, shapes.Size] = {}
    extents: set[int] = set()
    size = first
    for argument in sorted(arguments, key=lambda one: not one.only_size):  # kernels are small
        dims = (*argument.dims, *([argument.classes] if argument.classes else []))
        for name in size_names(dims):
            if CHOSEN:
                found[name] = CHOSEN[-1](name)
            elif name not in found:
                while size in extents:
                    size += 1
                found[name] = (size, size + 1) if name.startswith("*") else size
                extents.add(size)
                size += 1
        with contextlib.suppress(ValueError):  # what is negative at these sizes is met later on
            extents.update(shapes.shape(dims, found))
    return found


def trial_arrays(
    arguments: Sequence[Argument], first: int = 2, seed: int = 0
) -> dict[str, np.ndarray]:
    """Small arrays for a trial run."""
    sizes = trial_sizes(arguments, first)
    case = cases.Case("float64", "ordinary", sizes, {}, seed)
    arrays = cases.draw(_Drawn(tuple(arguments)), case)[0]  # type: ignore[arg-type]
    for argument in arguments if CHOSEN else ():
        if argument.classes and arrays[argument.name].size:  # the top label tells the range
            top = shapes.shape((argument.classes,), sizes)[0] - 1
            arrays[argument.name].flat[0] = top
    return arrays


@dataclass(frozen=True)
class _Drawn:
    arguments: tuple[Argument, ...]


# The entropy of random generators that are made without a seed: the same in each run.
#
# ``np.random.default_rng()`` and ``random.Random()`` ask the operating system for their seed. A
# layer that makes a generator of its own so, in its constructor or at each forward, would draw
# anew in every run of a check.


class Entropy:
    """Bits from a seed, and whether anybody has asked for some."""

    def __init__(self, seed: int) -> None:
        self.asked = 0
        self.seed(seed)

    def seed(self, seed: int) -> None:
        """Give other bits from here on."""
        self._source = random.Random(f"entropy {seed}")

    def bits(self, count: int) -> int:
        """So many bits; others at each call, for generators that are to differ."""
        self.asked += 1
        return self._source.getrandbits(count)

    def octets(self, count: int) -> bytes:
        """So many bytes, in place of the operating system's."""
        return self.bits(8 * count).to_bytes(count, "little") if count else b""


SEED = random.Random.seed


@contextlib.contextmanager
def entropy_from(seed: int) -> Iterator[Entropy]:
    """For a while, generators that are made without a seed are made from this one."""
    entropy = Entropy(seed)

    def seeded(self: random.Random, a: Any = None, version: int = 2) -> None:
        SEED(self, entropy.bits(128) if a is None else a, version)

    places: list[tuple[Any, str, Any]] = [
        (bit_generator, "randbits", entropy.bits),
        (random.Random, "seed", seeded),
        (random, "_urandom", entropy.octets),  # of random.SystemRandom and secrets
        (os, "urandom", entropy.octets),
    ]
    own = [getattr(owner, name) for owner, name, _ in places]
    for owner, name, ours in places:
        setattr(owner, name, ours)
    try:
        yield entropy
    finally:
        for (owner, name, _), real in zip(places, own):
            setattr(owner, name, real)
