import numpy as np


# oracle: shapes z: N C
def softmax_forward(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return p, p


def softmax_backward(dout, cache):
    p = cache
    dz = np.empty_like(dout)
    for i, row in enumerate(p):
        J = np.diag(row) - np.outer(row, row)
        dz[i] = J @ dout[i]
    return dz
