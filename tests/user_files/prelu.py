import numpy as np


# oracle: shapes x: N D, alpha: D
def prelu_forward(x, alpha):
    pos = np.maximum(x, 0)
    out = pos + alpha * np.minimum(x, 0)
    return out, (x, alpha, pos)


def prelu_backward(dout, cache):
    x, alpha, pos = cache
    dx = dout * np.where(x > 0, 1, alpha)
    dalpha = np.sum(dout * np.minimum(pos, 0), axis=0)
    return dx, dalpha
