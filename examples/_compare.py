"""How far two arrays are apart."""

import numpy as np


def apart(mine: np.ndarray, other: np.ndarray) -> float:
    """The largest difference."""
    return float(np.abs(mine - other).max())


def relatively_apart(mine: np.ndarray, other: np.ndarray) -> float:
    """The largest difference, as part of the largest entry."""
    return apart(mine, other) / float(np.abs(other).max())
