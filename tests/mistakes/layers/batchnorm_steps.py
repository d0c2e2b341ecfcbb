import numpy as np


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    """
    Inputs:
    - x: data of shape (N, D)
    - gamma: scale, of shape (D,)
    - beta: shift, of shape (D,)
    """
    N, D = x.shape
    mu = x.sum(axis=0) / N
    xmu = x - mu
    var = (xmu ** 2).sum(axis=0) / N
    std = np.sqrt(var + eps)
    ivar = 1.0 / std
    xhat = xmu * ivar
    out = gamma * xhat + beta
    cache = (xhat, gamma, xmu, ivar, std)
    return out, cache


def batchnorm_backward(dout, cache):
    """Walks the graph of the forward pass backwards, one node at a time."""
    xhat, gamma, xmu, ivar, std = cache
    N, D = dout.shape

    # out = gamma * xhat + beta
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    # xhat = xmu * ivar
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    # ivar = 1 / std, std = sqrt(var + eps)
    dstd = -divar / std ** 2
    dvar = 0.5 * ivar * dstd
    # var = mean(xmu ** 2)
    dsq = np.ones((N, D)) * dvar / N
    dxmu2 = 2 * xmu * dsq
    # xmu = x - mu, mu = mean(x)
    dx1 = dxmu1 + dxmu2
    dmu = -np.sum(dx1, axis=0)
    dx2 = np.ones((N, D)) * dmu / N
    dx = dx1 + dx2
    return dx, dgamma, dbeta
