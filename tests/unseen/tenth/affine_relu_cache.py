import numpy as np


def affine_relu_forward(x, w, b):
    """
    Convenience layer: affine followed by a ReLU.

    Inputs:
    - x: array of shape (N, D)
    - w: weights of shape (D, M)
    - b: biases of shape (M,)

    Returns a tuple of:
    - out: the ReLU's output
    - cache: what the backward pass needs
    """
    a = x.dot(w) + b
    out = np.maximum(0, a)
    cache = (x, w, a)
    return out, cache


def affine_relu_backward(dout, cache):
    x, w, a = cache
    da = dout.copy()
    da[dout < 0] = 0
    dx = da.dot(w.T)
    dw = x.T.dot(da)
    db = da.sum(axis=0)
    return dx, dw, db
