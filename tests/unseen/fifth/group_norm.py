import numpy as np

GROUPS = 2


# oracle: shapes x: N 2*K H W, gamma: 1 2*K 1 1, beta: 1 2*K 1 1
def spatial_groupnorm_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    xg = x.reshape(N, GROUPS, C // GROUPS, H, W)
    mu = xg.mean(axis=(2, 3, 4), keepdims=True)
    var = xg.var(axis=(2, 3, 4), keepdims=True)
    ivar = 1.0 / np.sqrt(var + eps)
    xhat = ((xg - mu) * ivar).reshape(N, C, H, W)
    out = gamma * xhat + beta
    cache = (xhat, ivar, gamma)
    return out, cache


def spatial_groupnorm_backward(dout, cache):
    xhat, ivar, gamma = cache
    N, C, H, W = dout.shape
    dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)
    dgamma = (dout * xhat).sum(axis=(0, 2, 3), keepdims=True)
    shape5 = (N, GROUPS, C // GROUPS, H, W)
    d = (dout * gamma).reshape(shape5)
    xh = xhat.reshape(shape5)
    mean_dx = (d * xh).mean(axis=(2, 3, 4), keepdims=True)
    dx = (ivar * (d - d.mean(axis=(3, 4), keepdims=True) - xh * mean_dx)).reshape(dout.shape)
    return dx, dgamma, dbeta
