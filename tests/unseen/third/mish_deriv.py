# mish(x) = x tanh(softplus(x)),  D. Misra 2019
import numpy as np


def softplus(x):
    return np.logaddexp(0, x)


# oracle: shapes x: N D
def mish(x):
    return x * np.tanh(softplus(x))


def mish_grad(x):
    """d/dx [x t] with t = tanh(sp), dt/dx = (1 - t^2) sigma(x)."""
    t = np.tanh(softplus(x))
    sigma = np.exp(-softplus(-x))
    return t + x * (1 - t * t) * sigma
