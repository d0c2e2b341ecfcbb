import numpy as np


def max_pool_forward_naive(x, size=2, stride=2):
    """
    Max pooling, the slow way.

    Inputs:
    - x: images, of shape (N, C, 2*H, 2*W)
    Returns the pooled images, of shape (N, C, H, W)
    """
    N, C, H, W = x.shape
    Ho = (H - size) // stride + 1
    Wo = (W - size) // stride + 1
    out = np.zeros((N, C, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            win = x[:, :, i * stride:i * stride + size, j * stride:j * stride + size]
            out[:, :, i, j] = win.max(axis=(2, 3))
    return out


def max_pool_backward_naive(dout, x, size=2, stride=2):
    dx = np.zeros_like(x)
    N, C, Ho, Wo = dout.shape
    for n in range(N):
        for c in range(C):
            for i in range(Ho):
                for j in range(Wo):
                    r, s = i * stride, j * stride
                    win = x[n, c, r:r + size, s:s + size]
                    p, q = np.unravel_index(np.argmax(win), win.shape)
                    dx[n, c, r + p, s + q] += dout[n, c, i, j]
    return dx
