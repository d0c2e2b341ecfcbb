"""``@otherwise`` puts a right function, written otherwise, on the shelf."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Gradients = tuple[np.ndarray | None, ...]
Result = tuple[Any, Callable[..., Gradients]]
Function = Callable[..., Result]

ORDINARY = "ordinary"  # normal values
TINY = "tiny"  # scaled by 10^U(-12, -4)
LARGE = "large"  # scaled by 10^U(0, 2)
SATURATED = "saturated"  # random ±1000, plus normal
TIED = "tied"  # rounded, so that many are equal
KINKS = "kinks"  # exact zeros and ties
REPEATED = "repeated"  # labels with many repeats
LAYOUT = "layout"  # read-only and non-contiguous inputs
ALL_REGIMES = (ORDINARY, TINY, LARGE, SATURATED, TIED, KINKS, REPEATED, LAYOUT)

SHELF: list["Otherwise"] = []


@dataclass(frozen=True)
class Otherwise:
    """A right way to write the derivation ``of``, and the ``regimes`` in which it is accurate."""

    function: Function
    of: str
    regimes: tuple[str, ...] = ALL_REGIMES


def otherwise(of: str, *, but: tuple[str, ...] = ()) -> Callable[[Function], Function]:
    """Register a function that is a right ``of`` in all regimes ``but`` those."""

    def register(function: Function) -> Function:
        regimes = tuple(regime for regime in ALL_REGIMES if regime not in but)
        SHELF.append(Otherwise(function, of, regimes))
        return function

    return register
