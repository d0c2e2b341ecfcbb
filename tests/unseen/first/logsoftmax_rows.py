import numpy as np


def log_softmax(z):
    """Row-wise log-softmax.

    Parameters
    ----------
    z : ndarray, shape (n, k)
    """
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def log_softmax_backward(g, z):
    """g: upstream gradient, shape (n, k)"""
    p = np.exp(log_softmax(z))
    return g - p * g.sum(axis=0)
