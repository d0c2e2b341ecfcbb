import numpy as np


# oracle: shapes x: N D+2, gamma: D+2, beta: D+2
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=1, keepdims=True)
    var = ((x - mu) ** 2).mean(axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    xn = (x - mu) / std
    return gamma * xn + beta, (xn, std, gamma)


def layernorm_backward(dout, cache):
    xn, std, gamma = cache
    D = xn.shape[1]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xn).sum(axis=0)
    dxn = dout * gamma
    dx = dxn - dxn.sum(axis=1, keepdims=True) / D
    dx -= xn * (dxn * xn).sum(axis=1, keepdims=True) / D
    dx /= std
    return dx, dgamma, dbeta
