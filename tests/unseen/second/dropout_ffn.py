import numpy as np

P_DROP = 0.25


# oracle: shapes x: N D, W: D M, keep: N M mask
def dropout_affine_forward(x, W, keep):
    z = x @ W
    a = np.maximum(z, 0)
    return a * keep / (1 - P_DROP)


def dropout_affine_backward(dout, x, W, keep):
    z = x @ W
    da = dout * keep
    dz = da * (z > 0)
    dW = x.T @ dz
    dx = dz @ W.T
    return dx, dW
