import numpy as np


# oracle: shapes x: N C H W, gamma: C, beta: C
def instance_norm_forward(x, gamma, beta, eps=1e-5):
    """Style transfer's normalisation: statistics for each sample and channel over H and W."""
    mean = x.mean(axis=(2, 3), keepdims=True)
    var = x.var(axis=(2, 3), keepdims=True)
    xhat = (x - mean) / np.sqrt(var + eps)
    y = gamma[None, :, None, None] * xhat + beta[None, :, None, None]
    return y


def instance_norm_backward(dy, x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    area = N * H * W
    mean = x.mean(axis=(2, 3), keepdims=True)
    var = x.var(axis=(2, 3), keepdims=True)
    istd = 1.0 / np.sqrt(var + eps)
    xhat = (x - mean) * istd

    dbeta = dy.sum(axis=(0, 2, 3))
    dgamma = (dy * xhat).sum(axis=(0, 2, 3))

    dxhat = dy * gamma.reshape(1, C, 1, 1)
    s1 = dxhat.sum(axis=(2, 3), keepdims=True)
    s2 = (dxhat * xhat).sum(axis=(2, 3), keepdims=True)
    dx = istd * (dxhat - (s1 + xhat * s2) / area)
    return dx, dgamma, dbeta
