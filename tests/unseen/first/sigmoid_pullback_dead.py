import numpy as np


def stable_sigmoid(x):
    """Value and pullback.  x: (N, D)"""
    s = 0.5 * (1 + np.tanh(0.5 * x))
    # tried first, too slow on large batches:
    # ds = np.exp(-x) / (1 + np.exp(-x)) ** 2
    old = s * s

    def pullback(g):
        dx = g * s
        dx = dx - g * old
        return dx

    return s, pullback
