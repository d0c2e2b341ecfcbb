import numpy as np

KEEP = 0.8


def hidden_forward(x, W, b, mask):
    """Dense + relu + inverted dropout.

    x: (N, D)
    W: (D, M)
    b: (M,)
    mask: (N, M) mask
    """
    z = x.dot(W) + b
    a = np.maximum(z, 0)
    return a * mask / KEEP


def hidden_backward(dout, x, W, b, mask):
    z = x.dot(W) + b
    da = dout * mask
    dz = da * (z > 0)
    dx = dz.dot(W.T)
    dW = x.T.dot(dz)
    db = dz.sum(axis=0)
    return dx, dW, db
