"""Transposed 1-d convolution (stride 2), as used in the decoder of the WaveNet autoencoder."""
import numpy as np

STRIDE = 2


# oracle: shapes x: N Ci L, w: Ci Co K, b: Co
def deconv_forward(x, w, b):
    N, Ci, L = x.shape
    _, Co, K = w.shape
    y = np.zeros((N, Co, (L - 1) * STRIDE + K))
    for i in range(L):
        lo = i * STRIDE
        y[:, :, lo:lo + K] += np.tensordot(x[:, :, i], w, axes=(1, 0))
    return y + b[None, :, None]


def deconv_backward(dy, x, w, b):
    N, Ci, L = x.shape
    _, Co, K = w.shape
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    for i in range(L):
        lo = i * STRIDE
        window = dy[:, :, lo:lo + K]                        # N Co K
        dx[:, :, i] = np.tensordot(window, w, axes=([1, 2], [1, 2]))
        dw += np.tensordot(x[:, :, i], window, axes=(0, 0))
    db = dy.sum(axis=(0, 2))
    return dx, dw, db
