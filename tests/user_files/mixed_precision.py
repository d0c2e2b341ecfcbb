import numpy as np


# oracle: shapes x: N D, W: D M
def proj_forward(x, W):
    return x @ W, (x, W)


def proj_backward(dout, cache):
    x, W = cache
    dx = dout @ W.T
    dW = (x.T @ dout).astype(np.float32)
    return dx, dW
