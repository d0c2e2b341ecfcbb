import numpy as np


# oracle: shapes x: B 2*H 2*W C
def pool_forward(x, size=2):
    """Non-overlapping average pooling, channels last."""
    B, H, W, C = x.shape
    y = np.empty((B, H // size, W // size, C))
    for r in range(H // size):
        for c in range(W // size):
            block = x[:, r * size:(r + 1) * size, c * size:(c + 1) * size, :]
            y[:, r, c, :] = block.mean(axis=(1, 2))
    return y, (x.shape, size)


def pool_backward(dy, cache):
    shape, size = cache
    dx = np.zeros(shape)
    for r in range(dy.shape[1]):
        for c in range(dy.shape[2]):
            g = dy[:, r, c, :][:, None, None, :]
            dx[:, r * size:(r + 1) * size, c * size:(c + 1) * size, :] = g / size
    return dx
