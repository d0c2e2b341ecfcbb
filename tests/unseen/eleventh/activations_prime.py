# activations used all over the practical, derivatives take the OUTPUT of the unit
import numpy as np


# oracle: shapes z: N
def softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def softplus_prime(a):
    """a = softplus(z); since e^a = 1 + e^z, the slope is e^z / (1 + e^z) = 1 - e^-a."""
    return -np.expm1(-a)


def layer(W, b, x):
    return softplus(W @ x + b)


def layer_delta(W_next, delta_next, a):
    return (W_next.T @ delta_next) * softplus_prime(a)
