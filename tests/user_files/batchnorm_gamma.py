import numpy as np


# oracle: shapes x: N+2 D, gamma: D, beta: D
def batchnorm_forward(x, gamma, beta):
    sigma = np.sqrt(x.var(axis=0) + 1e-5)
    xhat = (x - x.mean(axis=0)) / sigma
    return xhat * gamma + beta, (xhat, sigma, gamma)


def batchnorm_backward(dout, cache):
    xhat, sigma, gamma = cache
    N = dout.shape[0]
    dgamma = np.einsum("nd,nd->d", dout, xhat)
    dbeta = np.einsum("nd->d", dout)
    dx = (N * dout - dbeta - xhat * dgamma) / (N * sigma)
    return dx, dgamma, dbeta
