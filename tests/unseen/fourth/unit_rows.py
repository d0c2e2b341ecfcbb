from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TINY = 1e-12


# oracle: shapes x: N D
def unit_rows(x: Array) -> Array:
    """Project every row on the unit sphere (used before the retrieval head)."""
    length = np.sqrt(np.sum(x * x, axis=-1, keepdims=True) + TINY)
    return x / length


def unit_rows_vjp(g: Array, x: Array) -> Array:
    """Pull g back through `unit_rows`."""
    length = np.sqrt(np.sum(x * x, axis=-1, keepdims=True) + TINY)
    dx = g / length
    return dx


def recall_at_1(queries: Array, keys: Array) -> float:
    sims = unit_rows(queries) @ unit_rows(keys).T
    return float(np.mean(sims.argmax(axis=1) == np.arange(len(queries))))
