"""MobileNet depthwise 3x3, stride 1, no padding. Loops first, speed later."""
import numpy as np


# oracle: shapes x: N C H+2 W+2, w: C 3 3
def depthwise_forward(x, w):
    N, C, H, W = x.shape
    KH, KW = w.shape[1:]
    out = np.zeros((N, C, H - KH + 1, W - KW + 1))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            patch = x[:, :, i:i + KH, j:j + KW]
            out[:, :, i, j] = np.sum(patch * w, axis=(2, 3))
    cache = (x, w)
    return out, cache


def depthwise_backward(dout, cache):
    x, w = cache
    KH, KW = w.shape[1:]
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            g = dout[:, :, i, j][:, :, None, None]
            dw += np.sum(g * x[:, :, i:i + KH, j:j + KW], axis=0)
            dx[:, :, i:i + KH, j:j + KW] = g * w
    return dx, dw
