"""1-D convolution with holes ("a trous"), channels first, no padding, stride 1."""
import numpy as np

DILATION = 2


# oracle: shapes x: N C L+2*K, w: F C K, b: F
def dilated_conv1d_forward(x, w, b):
    N, C, L = x.shape
    F, _, K = w.shape
    Lout = L - DILATION * (K - 1)
    out = np.zeros((N, F, Lout))
    for k in range(K):
        lo = k * DILATION
        out = out + np.einsum("ncl,fc->nfl", x[:, :, lo:lo + Lout], w[:, :, k])
    return out + b[None, :, None]


def dilated_conv1d_backward(dout, x, w, b):
    N = x.shape[0]
    K = w.shape[2]
    Lout = dout.shape[2]
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for k in range(K):
        lo = k * DILATION
        dx[:, :, lo:lo + Lout] += np.einsum("nfl,fc->ncl", dout, w[:, :, k])
        dw[:, :, k] = np.einsum("nfl,ncl->fc", dout, x[:, :, lo:lo + Lout])
    db = dout.sum(axis=(0, 2))
    return dx, dw, db
