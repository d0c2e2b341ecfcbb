import numpy as np


# oracle: shapes x: N 4*K
def maxpool_forward(x):
    N, L = x.shape
    xr = x.reshape(N, L // 4, 4)
    out = xr.max(axis=2)
    return out, (xr, out)


def maxpool_backward(dout, cache):
    xr, out = cache
    mask = xr == out[:, :, None]
    dx = (mask * dout[:, :, None]).reshape(xr.shape[0], -1)
    return dx
