"""The work that a case is expected to be, from that of the cases before: log w = a + Σ pᵢ log sᵢ.

Vectorised code makes as many calls whatever the sizes; a loop over pixels makes H·W times as many.
The exponents pᵢ of the sizes sᵢ are fitted, so that a case can be left out before it is run.
"""

import math
from collections.abc import Mapping

import numpy as np

from oracle.cases.shapes import Size

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
