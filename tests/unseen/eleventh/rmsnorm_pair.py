import numpy as np


def rmsnorm_forward(x, scale, eps=1e-8):
    """y = x / rms(x) * scale

    x: array of shape (B, T, D)
    scale: array of shape (D,)
    """
    ms = np.mean(x ** 2, axis=-1, keepdims=True)
    return x / np.sqrt(ms + eps) * scale


def rmsnorm_backward(dy, x, scale, eps=1e-8):
    # no mean is subtracted here, so this is lighter than layer norm
    ms = np.mean(x ** 2, axis=-1, keepdims=True)
    inv = 1.0 / np.sqrt(ms + eps)
    xn = x * inv

    dscale = np.einsum("btd,btd->d", dy, xn)
    dxn = np.einsum("btd,d->btd", dy, scale)
    dx = dxn * inv
    return dx, dscale
