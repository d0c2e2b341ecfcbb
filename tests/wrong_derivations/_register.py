"""``@wrong`` puts a known-wrong function on the shelf."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Gradients = tuple[np.ndarray | None, ...]
Result = tuple[Any, Callable[..., Gradients]]
Function = Callable[..., Result]

SHELF: list["Wrong"] = []


@dataclass(frozen=True)
class Wrong:
    """A wrong way to write the derivation ``of``, and what a check of it has to say.

    ``gradients`` are exactly the results that differ from the derivation's at the same inputs: the
    name of the argument whose gradient is wrong, or "value". ``finding`` is set for what is wrong
    other than in the numbers, and ``gradients`` then are the results it concerns; there are none
    where only the caller's arrays suffer. Others may follow from it: what was changed in place and
    is returned is an alias too. All this shows in each of the ``regimes``, given the ``options``.
    """

    function: Function
    of: str
    kind: str
    gradients: tuple[str, ...]
    finding: str = ""
    regimes: tuple[str, ...] = ("ordinary",)
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)


def wrong(of: str, kind: str, *gradients: str, **more: Any) -> Callable[[Function], Function]:
    """Register a function that is a wrong ``of``, of class ``kind``, wrong in ``gradients``."""

    def register(function: Function) -> Function:
        SHELF.append(Wrong(function, of, kind, gradients, **more))
        return function

    return register
