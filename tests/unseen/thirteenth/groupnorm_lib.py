from collections import namedtuple

import numpy as np

GNCache = namedtuple("GNCache", "xhat inv gamma shape groups")


# oracle: shapes x: N 4*C H W, gamma: 4*C, beta: 4*C
def group_norm_forward(x, gamma, beta, groups=2, eps=1e-6):
    n, c, h, w = x.shape
    xg = x.reshape(n, groups, -1)
    mean = xg.mean(-1, keepdims=True)
    inv = 1 / np.sqrt(((xg - mean) ** 2).mean(-1, keepdims=True) + eps)
    xhat = ((xg - mean) * inv).reshape(x.shape)
    y = xhat * gamma[None, :, None, None] + beta[None, :, None, None]
    return y, GNCache(xhat, inv, gamma, x.shape, groups)


def group_norm_backward(dy, cache):
    n, c, h, w = cache.shape
    g = cache.groups
    dgamma = np.einsum("nchw,nchw->c", dy, cache.xhat)
    dbeta = np.einsum("nchw->c", dy)
    dxhat = (dy * cache.gamma[None, :, None, None]).reshape(n, g, -1)
    xhat = cache.xhat.reshape(n, g, -1)
    s1 = dxhat.sum(-1, keepdims=True)
    s2 = (dxhat * xhat).sum(-1, keepdims=True)
    dx = (cache.inv * (dxhat - (s1 + xhat * s2) / (h * w))).reshape(cache.shape)
    return dx, dgamma, dbeta
