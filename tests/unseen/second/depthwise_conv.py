import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def depthwise_forward(x, w):
    """x: (N, C, H+2, W+2), w: (C, 3, 3)"""
    N, C, H, W = x.shape
    y = np.zeros((N, C, H - 2, W - 2))
    for i in range(3):
        for j in range(3):
            y += x[:, :, i:i + H - 2, j:j + W - 2] * w[:, i, j].reshape(1, C, 1, 1)
    return y


def depthwise_backward(dy, x, w):
    N, C, H, W = x.shape
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    for n in range(N):
        for i in range(3):
            for j in range(3):
                patch = x[n, :, i:i + H - 2, j:j + W - 2]
                dw[:, i, j] = (patch * dy[n]).sum(axis=(1, 2))
                dx[n, :, i:i + H - 2, j:j + W - 2] += w[:, i, j][:, None, None] * dy[n]
    return dx, dw
