"""Inverted dropout; the mask comes from outside so that runs can be repeated."""
import numpy as np


# oracle: shapes x: N D, keep: N D mask
def dropout_forward(x, keep, p=0.3):
    scale = 1.0 / (1.0 - p)
    out = np.where(keep, x * scale, 0.0)
    return out, (keep, scale)


def dropout_backward(dout, cache):
    keep, scale = cache
    dx = np.where(keep, dout, 0.0)
    return dx
