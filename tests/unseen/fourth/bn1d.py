import numpy as np


# oracle: shapes x: N+1 D, gamma: D, beta: D
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=0)
    xc = x - mu
    var = np.mean(xc ** 2, axis=0)
    std = np.sqrt(var + eps)
    xhat = xc / std
    out = gamma * xhat + beta
    cache = (xc, std, xhat, gamma)
    return out, cache


def batchnorm_backward(dout, cache):
    xc, std, xhat, gamma = cache
    N = dout.shape[0]

    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)

    dxhat = dout * gamma
    # var and mean; the mean's own part inside var is zero since sum(xc) = 0
    dvar = -0.5 * np.sum(dxhat * xc, axis=0) * std ** -3
    dmu = -np.sum(dxhat, axis=0) / std
    dx = dxhat / std + 2.0 / N * dvar * xc + dmu / N
    return dx, dgamma, dbeta
