import math

import numpy as np

K0 = math.sqrt(2.0 / math.pi)
K1 = 0.044715


# oracle: shapes x: B F
def gelu(x: np.ndarray) -> np.ndarray:
    """Gaussian error linear unit, the tanh approximation of GPT-2."""
    inner = K0 * (x + K1 * x**3)
    return 0.5 * x * (1.0 + np.tanh(inner))


def gelu_grad(x: np.ndarray) -> np.ndarray:
    inner = K0 * (x + K1 * x**3)
    t = np.tanh(inner)
    dx = 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * K0 * (1.0 + K1 * x**2)
    return dx
