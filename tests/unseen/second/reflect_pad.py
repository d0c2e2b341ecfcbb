import numpy as np


def reflect_pad(x):
    """Pads a batch of signals by two on both sides.  x: (N, L+4)"""
    # L+4 so that there are always enough samples to mirror
    def vjp(dy):
        dx = dy[:, 2:-2].copy()
        dx[:, 1] += dy[:, 1]
        dx[:, 2] += dy[:, 0]
        return dx

    left = x[:, 2:0:-1]
    right = x[:, -2:-4:-1]
    return np.concatenate([left, x, right], axis=1), vjp
