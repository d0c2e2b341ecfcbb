"""RMSNorm as value and pullback."""
import numpy as np


def rmsnorm(x, g):
    """x: (N, D), g: (D,)"""
    ms = np.mean(x * x, axis=-1, keepdims=True)
    r = 1.0 / np.sqrt(ms + 1e-6)
    y = x * r * g

    def pullback(ct):
        u = ct * g
        dot = np.sum(u * x, axis=-1, keepdims=True)
        dx = r * u - r ** 3 * x * dot
        dg = np.sum(ct * x * r, axis=0)
        return dx, dg

    return y, pullback
