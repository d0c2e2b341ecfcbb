import numpy as np


# oracle: shapes x: N D, gamma: D, beta: D
def batchnorm_forward(x, gamma, beta, eps=1e-5):
    N, D = x.shape
    mu = 1. / N * np.sum(x, axis=0)          # step 1
    xmu = x - mu                             # step 2
    sq = xmu ** 2                            # step 3
    var = 1. / N * np.sum(sq, axis=0)        # step 4
    sqrtvar = np.sqrt(var + eps)             # step 5
    ivar = 1. / sqrtvar                      # step 6
    xhat = xmu * ivar                        # step 7
    out = gamma * xhat + beta                # steps 8, 9
    return out, (xhat, gamma, xmu, ivar, sqrtvar, var, eps)


def batchnorm_backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape

    # steps 9, 8
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma

    # step 7
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar

    # step 6
    dsqrtvar = -1. / (sqrtvar ** 2) * divar

    # step 5
    dvar = 0.5 * 1. / np.sqrt(var + eps) * dsqrtvar

    # steps 4, 3
    dsq = 1. / N * np.ones((N, D)) * dvar
    dxmu2 = 2 * xmu * dsq

    # step 2
    dx1 = dxmu1 + dxmu2

    # steps 1, 0
    dx = dx1
    return dx, dgamma, dbeta
