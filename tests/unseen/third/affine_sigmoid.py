import numpy as np


def sig(v):
    return 1.0 / (1.0 + np.exp(-v))


# oracle: shapes x: N D, w: D M, b: M
def affine_sigmoid_forward(x, w, b):
    """Convenience layer: affine followed by a sigmoid."""
    pre = x.dot(w) + b
    out = sig(pre)
    cache = (x, w, pre)
    return out, cache


def affine_sigmoid_backward(dout, cache):
    x, w, a = cache
    dpre = dout * a * (1 - a)
    dx = dpre.dot(w.T)
    dw = x.T.dot(dpre)
    db = dpre.sum(0)
    return dx, dw, db
