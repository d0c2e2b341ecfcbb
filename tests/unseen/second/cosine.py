"""Row-wise cosine similarity."""
import numpy as np


def cos_forward(x1, x2):
    """x1: (N, D), x2: (N, D)"""
    n1 = np.sqrt((x1 ** 2).sum(1, keepdims=True))
    n2 = np.sqrt((x2 ** 2).sum(1, keepdims=True))
    c = (x1 * x2).sum(1, keepdims=True) / (n1 * n2)
    return c, (x1, x2, n1, n2, c)


def cos_backward(dc, cache):
    x1, x2, n1, n2, c = cache
    dx1 = dc * (x2 / (n1 * n2) - c * x1 / n1 ** 2)
    dx2 = dc * (x1 / (n1 * n2) - c * x2 / (n1 * n2))
    return dx1, dx2
