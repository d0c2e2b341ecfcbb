"""Mish: x * tanh(softplus(x))  (Misra, 2019)."""
import numpy as np


def softplus(x):
    return np.logaddexp(0, x)


def mish(x):
    """
    Args:
        x: pre-activations, (n, d)
    """
    return x * np.tanh(softplus(x))


def mish_grad(upstream, x):
    """
    Args:
        upstream: (n, d)
        x: pre-activations, (n, d)
    """
    tsp = np.tanh(softplus(x))
    dx = tsp + x * (1 - tsp**2) / (1 + np.exp(-x))
    return upstream * dx
