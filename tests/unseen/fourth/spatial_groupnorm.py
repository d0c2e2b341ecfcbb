"""Group normalisation (Wu & He) on (N, C, H, W), as in the course notes."""
import numpy as np

GROUPS = 2


# oracle: shapes x: N 2*C H W, gamma: 1 2*C 1 1, beta: 1 2*C 1 1
def spatial_groupnorm_forward(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    xg = x.reshape(N, GROUPS, -1)
    mu = xg.mean(axis=2, keepdims=True)
    var = xg.var(axis=2, keepdims=True)
    ivar = 1.0 / np.sqrt(var + eps)
    xhat = ((xg - mu) * ivar).reshape(N, C, H, W)
    cache = {"xhat": xhat, "ivar": ivar, "gamma": gamma}
    return gamma * xhat + beta, cache


def spatial_groupnorm_backward(dout, cache):
    xhat, ivar, gamma = cache["xhat"], cache["ivar"], cache["gamma"]
    N, C, H, W = dout.shape

    dgamma = np.sum(dout * xhat, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)

    g = (dout * gamma).reshape(N, GROUPS, -1)
    h = xhat.reshape(N, GROUPS, -1)
    m = g.shape[2]
    dxg = (m * g - g.sum(2, keepdims=True) - h * (g * h).sum(2, keepdims=True)) * ivar / m
    return dxg.reshape(N, C, H, W), dgamma, dbeta
