import numpy as np


# oracle: shapes x: N D
def dropout_forward(x, p=0.5, seed=0):
    rng = np.random.RandomState(seed)
    keep = rng.rand(*x.shape) >= p
    return x * keep / (1 - p), p


def dropout_backward(dout, cache):
    p = cache
    keep = np.random.default_rng().random(dout.shape) >= p
    dx = dout * keep / (1 - p)
    return dx
