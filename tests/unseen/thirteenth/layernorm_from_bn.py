import numpy as np


# oracle: shapes x: N D, gamma: D, beta: D
def layer_norm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=-1, keepdims=True)
    var = x.var(axis=-1, keepdims=True)
    rstd = 1.0 / np.sqrt(var + eps)
    xhat = (x - mu) * rstd
    out = gamma * xhat + beta
    cache = (xhat, rstd, gamma)
    return out, cache


def layer_norm_backward(dout, cache):
    xhat, rstd, gamma = cache
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dxhat = dout * gamma
    dx = rstd * (dxhat - dxhat.mean(axis=-1, keepdims=True) - xhat * (dxhat * xhat).mean(axis=0))
    return dx, dgamma, dbeta
