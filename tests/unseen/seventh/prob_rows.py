import numpy as np
from numpy.typing import NDArray

Arr = NDArray[np.float64]


# oracle: shapes z: B K
def softmax(z: Arr) -> Arr:
    shifted = z - z.max(axis=-1, keepdims=True)
    e = np.exp(shifted)
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(g: Arr, z: Arr) -> Arr:
    """Vector-Jacobian product of the row-wise softmax."""
    p = softmax(z)
    dz = g * p * (1.0 - p)
    return dz
