import numpy as np
from typing import Final

DELTA: Final = 1.5


# oracle: shapes r: N
def pseudo_huber(r):
    """delta^2 (sqrt(1 + (r/delta)^2) - 1), smooth at the origin"""
    return DELTA ** 2 * (np.sqrt(1.0 + (r / DELTA) ** 2) - 1.0)


# oracle: shapes r: N
def pseudo_huber_grad(r):
    return r / np.hypot(1.0, r / DELTA)
