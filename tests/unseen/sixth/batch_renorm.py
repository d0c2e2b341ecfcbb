import numpy as np


# oracle: shapes x: N D, gamma: D, beta: D, r: D fixed, d: D fixed
def batch_renorm_forward(x, gamma, beta, r, d, eps=1e-5):
    """Batch renormalisation (Ioffe 2017), training mode.

    r and d are the clipped corrections towards the running statistics; the paper
    treats them as constants, so they come in ready-made and get no gradient.
    """
    mu = x.mean(axis=0)
    xc = x - mu
    std = np.sqrt((xc ** 2).mean(axis=0) + eps)
    xn = xc / std
    xr = xn * r + d
    out = gamma * xr + beta
    return out, (xn, xr, std, gamma, r)


def batch_renorm_backward(dout, cache):
    xn, xr, std, gamma, r = cache
    dbeta = np.sum(dout, axis=0)
    dgamma = np.mean(dout * xr, axis=0)

    dxr = dout * gamma
    dxn = dxr * r
    dx = (dxn - dxn.mean(axis=0) - xn * (dxn * xn).mean(axis=0)) / std
    return dx, dgamma, dbeta
