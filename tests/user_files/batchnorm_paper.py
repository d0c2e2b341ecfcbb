import numpy as np


# oracle: shapes x: N+2 D, gamma: D, beta: D
def bn_forward(x, gamma, beta):
    eps = 1e-5
    mean, var = x.mean(axis=0), x.var(axis=0)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x, x_hat, mean, var, eps, gamma)


def bn_backward(dL_dy, cache):
    x, x_hat, mean, var, eps, gamma = cache
    m = x.shape[0]
    dL_dxhat = dL_dy * gamma
    dL_dvar = np.sum(dL_dxhat * (x - mean), axis=0) * -0.5 * (var + eps) ** -1.5
    dL_dmean = np.sum(dL_dxhat, axis=0) * -1 / np.sqrt(var + eps)
    dL_dx = dL_dxhat / np.sqrt(var + eps) + dL_dvar * 2 * (x - mean) / m + dL_dmean / m
    dL_dgamma = np.sum(dL_dy * x_hat, axis=0)
    dL_dbeta = np.sum(dL_dy, axis=0)
    return dL_dx, dL_dgamma, dL_dbeta
