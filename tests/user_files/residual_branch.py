import numpy as np


def block_forward(x, w):
    """x of shape (N, D), w of shape (D, D)."""
    return x + np.tanh(x @ w)


def block_backward(g, x, w):
    h = np.tanh(x @ w)
    gz = g * (1 - h * h)
    gw = x.T @ gz
    gx = gz @ w.T
    return gx, gw
