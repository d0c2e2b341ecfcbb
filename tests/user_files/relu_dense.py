import numpy as np


# oracle: shapes x: N D, w: D H
def dense_forward(x, w):
    z = x @ w
    return np.maximum(z, 0), (x, w, z)


def dense_backward(dout, cache):
    x, w, z = cache
    dx = dout @ w.T
    dw = x.T @ (dout * (z > 0))
    return dx, dw
