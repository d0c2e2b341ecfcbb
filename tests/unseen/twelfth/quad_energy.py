from typing import NamedTuple
import numpy as np


class Cotangents(NamedTuple):
    x: np.ndarray
    A: np.ndarray
    b: np.ndarray


# oracle: shapes x: N D, A: D D, b: D
def quad_energy(x, A, b):
    """E(x) = x' A x + b' x for each row.  A need not be symmetric (skew part is harmless)."""
    Ax = x @ A.T
    E = np.sum(x * Ax, axis=1) + x @ b

    def pullback(E_bar):
        w = E_bar[:, np.newaxis]
        x_bar = w * (Ax + b)
        A_bar = (w * x).T @ x
        b_bar = E_bar @ x
        return Cotangents(x_bar, A_bar, b_bar)

    return E, pullback
