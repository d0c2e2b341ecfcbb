import numpy as np


def _taps(L):
    """lower tap, upper tap and weight of the upper one, for a factor of two (half-pixel centres)"""
    pos = np.clip((np.arange(2 * L) + 0.5) / 2 - 0.5, 0, L - 1)
    lo = np.floor(pos).astype(int)
    hi = np.minimum(lo + 1, L - 1)
    return lo, hi, pos - lo


# oracle: shapes x: N C L
def upsample2x_forward(x):
    lo, hi, t = _taps(x.shape[2])
    return (1 - t) * x[:, :, lo] + t * x[:, :, hi]


def upsample2x_backward(dout, x):
    lo, hi, t = _taps(x.shape[2])
    dx = np.zeros_like(x)
    taps = np.concatenate([lo, hi])
    share = np.concatenate([(1 - t) * dout, t * dout], axis=2)
    dx[:, :, taps] += share
    return dx
