import math

import numpy as np

C0 = math.sqrt(2 / math.pi)
C1 = 0.044715


# oracle: shapes x: B D
def gelu(x: np.ndarray) -> np.ndarray:
    """GPT-2's tanh approximation."""
    return 0.5 * x * (1 + np.tanh(C0 * (x + C1 * x ** 3)))


# oracle: shapes x: B D
def gelu_grad(x: np.ndarray) -> np.ndarray:
    t = np.tanh(C0 * (x + C1 * x ** 3))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t ** 2) * C0 * (1 + C1 * x ** 2)
