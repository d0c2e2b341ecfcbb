"""The second witness: a central difference of the candidate's own forward, in one direction.

It knows nothing of torch. Its unit is the difference between two step sizes; a disagreement of
less than a hundred of those proves nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

STEP = 2.0**-17  # balances ε/h against h² at about 1e-11
DISAGREES_AT = 100.0


def directional(
    forward: Callable[[Mapping[str, np.ndarray]], Any],
    inputs: Mapping[str, np.ndarray],
    directions: Mapping[str, np.ndarray],
    upstream: Any,
) -> tuple[float, float]:
    """The derivative of Σ upstream∘forward along the directions, and the unit of its error."""

    def along(step: float) -> tuple[float, float]:
        def terms(t: float) -> np.ndarray:
            moved = dict(inputs)
            moved.update((n, np.asarray(inputs[n] + t * d)) for n, d in directions.items())
            return np.asarray(upstream * forward(moved))

        up, down = terms(step), terms(-step)
        return float(np.sum(up - down)) / (2 * step), float(np.abs(up).sum())

    fine, size = along(STEP)
    coarse, _ = along(2 * STEP)
    return fine, abs(fine - coarse) + 2.0**-52 * size / STEP


def disagreement(
    forward: Callable[[Mapping[str, np.ndarray]], Any],
    inputs: Mapping[str, np.ndarray],
    gradients: Mapping[str, np.ndarray],
    upstream: Any,
    seed: int,
) -> float:
    """How far the gradients are from the witness, in its own units."""
    rng = np.random.default_rng(seed)
    directions = {name: np.asarray(rng.standard_normal(inputs[name].shape)) for name in gradients}
    seen, unit = directional(forward, inputs, directions, upstream)
    said = sum(float(np.sum(gradients[name] * directions[name])) for name in gradients)
    return abs(seen - said) / max(unit, np.finfo(float).tiny)
