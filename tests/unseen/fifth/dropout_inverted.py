"""Inverted dropout; the mask is drawn outside so that a run can be replayed."""
import numpy as np

KEEP = 0.8


def draw_mask(shape, rng):
    return rng.random(shape) < KEEP


# oracle: shapes x: N D, mask: N D mask
def dropout_forward(x, mask):
    out = np.where(mask, x / KEEP, 0.0)
    return out, mask


def dropout_backward(dout, cache):
    mask = cache
    dx = np.where(mask, dout, 0.0)
    return dx
