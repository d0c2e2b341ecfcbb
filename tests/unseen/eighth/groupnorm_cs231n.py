import numpy as np


# oracle: shapes x: N 2*K H W, gamma: 1 2*K 1 1, beta: 1 2*K 1 1
def spatial_groupnorm_forward(x, gamma, beta, G=2, eps=1e-5):
    N, C, H, W = x.shape
    grouped = x.reshape(N, G, C // G, H, W)
    mean = grouped.mean(axis=(2, 3, 4), keepdims=True)
    var = grouped.var(axis=(2, 3, 4), keepdims=True)
    std = np.sqrt(var + eps)
    xhat = ((grouped - mean) / std).reshape(N, C, H, W)
    out = gamma * xhat + beta
    return out, (xhat, std, gamma, G)


def spatial_groupnorm_backward(dout, cache):
    xhat, std, gamma, G = cache
    N, C, H, W = dout.shape
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dgamma = np.sum(dout * xhat, axis=(0, 2, 3), keepdims=True)

    size = (N, G, C // G, H, W)
    dxhat = (dout * gamma).reshape(size)
    xg = xhat.reshape(size)
    m = C * H * W

    s1 = np.sum(dxhat, axis=(2, 3, 4), keepdims=True)
    s2 = np.sum(dxhat * xg, axis=(2, 3, 4), keepdims=True)
    dx = ((dxhat - s1 / m - xg * s2 / m) / std).reshape(N, C, H, W)
    return dx, dgamma, dbeta
