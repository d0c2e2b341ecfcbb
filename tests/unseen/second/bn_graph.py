"""Assignment 2, part 3: batch normalisation, one node of the graph at a time."""
import numpy as np


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    """
    x: (N, D)
    gamma: (D,)
    beta: (D,)
    """
    N, D = x.shape
    mu = 1.0 / N * np.sum(x, axis=0)        # step 1
    xmu = x - mu                            # step 2
    sq = xmu ** 2                           # step 3
    var = 1.0 / N * np.sum(sq, axis=0)      # step 4
    sqrtvar = np.sqrt(var + eps)            # step 5
    ivar = 1.0 / sqrtvar                    # step 6
    xhat = xmu * ivar                       # step 7
    gammax = gamma * xhat                   # step 8
    out = gammax + beta                     # step 9
    return out, (xhat, gamma, xmu, ivar, sqrtvar, var, eps)


def batchnorm_backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape
    # step 9
    dbeta = np.sum(dout, axis=0)
    # step 8
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    # step 7
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    # step 6
    dsqrtvar = -1.0 / (sqrtvar ** 2) * divar
    # step 5
    dvar = 0.5 * 1.0 / np.sqrt(var + eps) * dsqrtvar
    # step 4
    dsq = 1.0 / N * np.ones((N, D)) * dvar
    # step 3
    dxmu2 = 2 * xmu * dsq
    # step 2
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    # step 1
    dx2 = np.ones((N, D)) * dmu
    # step 0
    dx = dx1 + dx2
    return dx, dgamma, dbeta
