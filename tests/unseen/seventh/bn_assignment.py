import numpy as np


# oracle: shapes x: N D, gamma: D, beta: D
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=0)
    xc = x - mu
    var = (xc ** 2).mean(axis=0)
    istd = 1.0 / np.sqrt(var + eps)
    xhat = xc * istd
    out = gamma * xhat + beta
    cache = (xc, istd, xhat, gamma)
    return out, cache


def batchnorm_backward(dout, cache):
    """
    Inputs:
    - dout: upstream derivatives
    - cache: what batchnorm_forward kept
    Returns dx, dgamma, dbeta.
    """
    xc, istd, xhat, gamma = cache
    N = dout.shape[0]

    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)

    dxhat = dout * gamma
    dvar = (dxhat * xc).sum(axis=0) * -0.5 * istd ** 2
    dmu = -(dxhat * istd).sum(axis=0)
    dx = dxhat * istd + 2.0 * xc * dvar / N + dmu / N
    return dx, dgamma, dbeta
