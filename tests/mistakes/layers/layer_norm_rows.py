import numpy as np


def layernorm(x, gain, bias, eps=1e-3):
    """Normalise each row.

    x: (N, D), gain: (D,), bias: (D,)
    """
    mu = x.mean(axis=1, keepdims=True)
    sigma = np.sqrt(((x - mu) ** 2).mean(axis=1, keepdims=True) + eps)
    return gain * (x - mu) / sigma + bias


def layernorm_backward(dy, x, gain, bias, eps=1e-3):
    d = x.shape[1]
    mu = x.mean(axis=1, keepdims=True)
    centred = x - mu
    sigma = np.sqrt((centred ** 2).mean(axis=1, keepdims=True) + eps)
    z = centred / sigma

    dgain = (dy * z).sum(axis=0)
    dbias = dy.sum(axis=0)

    dz = dy * gain
    dsigma = -(dz * centred).sum(axis=1, keepdims=True) / sigma ** 2
    dcentred = dz / sigma + dsigma * centred / (d * sigma)
    dmu = -dcentred.sum(axis=1, keepdims=True)
    dx = dcentred + dmu / d
    return dx, dgain, dbias
