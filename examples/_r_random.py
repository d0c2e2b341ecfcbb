"""R's random numbers, exactly: set.seed, runif and sample as they were before R 3.6.

The generator is the Mersenne Twister, which NumPy has too; R fills its state in a way of its own.
(R 3.6 draws integers by rejection; RNGkind(sample.kind = "Rounding") brings this way back.)
"""

import numpy as np


class R:
    """``R(2017)`` is set.seed(2017)."""

    def __init__(self, seed: int) -> None:
        for _ in range(50):  # R scrambles the seed so that similar seeds begin differently
            seed = _next(seed)
        words = []
        for _ in range(625):
            seed = _next(seed)
            words.append(seed)
        self._twister = np.random.MT19937()
        # The first word is the place in the state, which R sets to its end.
        self._twister.state = {
            "bit_generator": "MT19937",
            "state": {"key": np.array(words[1:], np.uint32), "pos": 624},
        }

    def runif(self, n: int, low: float = 0.0, high: float = 1.0) -> np.ndarray:
        unit = self._twister.random_raw(n) * 2.3283064365386963e-10
        tiny = 2.328306437080797e-10  # R keeps clear of 0 and 1
        return low + (high - low) * np.clip(unit, tiny / 2, 1 - tiny / 2)

    def sample_with_replacement(self, low: int, high: int, n: int) -> np.ndarray:
        """sample(low:high, n, replace = TRUE)"""
        return low + np.floor(self.runif(n) * (high - low + 1)).astype(int)

    def sample(self, n: int, size: int) -> np.ndarray:
        """sample(n, size), counted from 0: the last one fills the place of the one drawn."""
        urn = np.arange(n)
        drawn = np.empty(size, int)
        for k, u in enumerate(self.runif(size)):
            j = int(u * (n - k))
            drawn[k], urn[j] = urn[j], urn[n - k - 1]
        return drawn


def _next(seed: int) -> int:
    return (69069 * seed + 1) % 2**32
