from dataclasses import dataclass

import numpy as np


@dataclass
class Saved:
    x: np.ndarray
    w: np.ndarray
    mask: np.ndarray
    keep: float


# oracle: shapes x: N I, w: I O, mask: N O mask
def dense_dropout_forward(x, w, mask, keep=0.6):
    """Linear map followed by inverted dropout; the caller draws the mask."""
    y = (x @ w) * mask / keep
    return y, Saved(x, w, mask, keep)


def dense_dropout_backward(upstream, saved):
    s = saved
    d_pre = upstream * s.mask
    d_x = d_pre @ s.w.T
    d_w = s.x.T @ d_pre
    return d_x, d_w
