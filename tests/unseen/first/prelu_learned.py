import numpy as np


def prelu_forward(x, a):
    """Leaky unit with a learned slope per channel.

    x : (N, C)
    a : (C,)
    """
    pos = np.maximum(x, 0)
    neg = np.minimum(x, 0)
    out = pos + a * neg
    cache = (x, a, pos)
    return out, cache


def prelu_backward(dout, cache):
    x, a, act = cache
    dx = np.where(x > 0, dout, a * dout)
    da = np.sum(dout * np.minimum(act, 0), axis=0)
    return dx, da
