import numpy as np


# oracle: shapes x: N+2 D
def standardize_forward(x):
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)


def standardize_backward(dout, x):
    mean = x.mean(axis=0)
    var = (x**2).mean(axis=0) - mean**2
    inv = 1 / np.sqrt(var + 1e-5)
    xhat = (x - mean) * inv
    dx = inv * (dout - dout.mean(axis=0) - xhat * (dout * xhat).mean(axis=0))
    return dx
