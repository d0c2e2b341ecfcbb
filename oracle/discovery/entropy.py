"""The entropy of random generators that are made without a seed: the same in each run.

``np.random.default_rng()`` asks the operating system for its seed. A layer that makes a generator
of its own so, in its constructor or at each forward, would draw anew in every run of a check.
"""

import contextlib
import random
from collections.abc import Iterator

import numpy.random.bit_generator as bit_generator


class Entropy:
    """Bits from a seed, and whether anybody has asked for some."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.asked = 0

    def bits(self, count: int) -> int:
        """So many bits; others at each call, for generators that are to differ."""
        self.asked += 1
        return random.Random(f"{self.seed}, {self.asked}").getrandbits(count)


@contextlib.contextmanager
def entropy_from(seed: int) -> Iterator[Entropy]:
    """For a while, generators of NumPy's that are made without a seed are made from this one."""
    own = bit_generator.randbits  # type: ignore[attr-defined]
    entropy = Entropy(seed)
    bit_generator.randbits = entropy.bits  # type: ignore[attr-defined]
    try:
        yield entropy
    finally:
        bit_generator.randbits = own  # type: ignore[attr-defined]
