import numpy as np

"""Convenience sandwich: affine -> batchnorm -> relu."""


# oracle: shapes x: N D, w: D M, b: M, gamma: M, beta: M
def affine_bn_relu_forward(x, w, b, gamma, beta, eps=1e-5):
    a = x.dot(w) + b

    mu = a.mean(axis=0)
    var = a.var(axis=0)
    ivar = 1.0 / np.sqrt(var + eps)
    a_hat = (a - mu) * ivar
    s = gamma * a_hat + beta

    out = np.maximum(0, s)
    cache = (x, w, a_hat, ivar, gamma, s)
    return out, cache


def affine_bn_relu_backward(dout, cache):
    x, w, a_hat, ivar, gamma, s = cache
    N = dout.shape[0]

    # relu
    ds = dout * (s > 0)

    # batchnorm
    dbeta = ds.sum(axis=0)
    dgamma = (ds * a_hat).sum(axis=0)
    da_hat = ds * gamma
    da = da_hat * ivar

    # affine
    dx = da.dot(w.T)
    dw = x.T.dot(da)
    db = da.sum(axis=0)
    return dx, dw, db, dgamma, dbeta
