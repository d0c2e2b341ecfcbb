import numpy as np


# oracle: shapes x: N C L, w: C F K, b: F
def conv_transpose1d_forward(x, w, b, stride=2):
    """Transposed convolution.  x (N, C, L), w (C, F, K), b (F,) -> out (N, F, (L-1)*stride + K)"""
    N, C, L = x.shape
    _, F, K = w.shape
    out = np.zeros((N, F, (L - 1) * stride + K)) + b[None, :, None]
    for l in range(L):
        start = l * stride
        out[:, :, start:start + K] += np.einsum("nc,cfk->nfk", x[:, :, l], w)
    cache = (x, w, stride)
    return out, cache


def conv_transpose1d_backward(dout, cache):
    x, w, stride = cache
    K = w.shape[2]
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    for l in range(x.shape[2]):
        start = l * stride
        window = dout[:, :, start:start + K]
        dx[:, :, l] = np.einsum("nfk,cfk->nc", window, w)
        dw += np.einsum("nc,nfk->cfk", x[:, :, l], window)
    db = dout.sum(axis=(0, 2))
    return dx, dw, db
