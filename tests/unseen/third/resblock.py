# Dense residual block,  y = x + relu(x W + b)
import numpy as np


# oracle: shapes x: N D, W: D D, b: D
def block_forward(x, W, b):
    z = x @ W + b
    y = x + np.maximum(z, 0)
    return y, (x, W, z)


def block_backward(dy, cache):
    x, W, z = cache

    # branch
    dz = dy
    dz[z <= 0] = 0
    dW = x.T @ dz
    db = dz.sum(axis=0)

    # branch + skip
    dx = dz @ W.T + dy
    return dx, dW, db
