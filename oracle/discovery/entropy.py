"""The entropy of random generators that are made without a seed: the same in each run.

``np.random.default_rng()`` and ``random.Random()`` ask the operating system for their seed. A layer
that makes a generator of its own so, in its constructor or at each forward, would draw anew in
every run of a check.
"""

import contextlib
import os
import random
from collections.abc import Iterator
from typing import Any

import numpy.random.bit_generator as bit_generator


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
