"""1-d convolution as one matrix product (im2col), with stride."""
import numpy as np


def _index(L, K, stride):
    n_out = (L - K) // stride + 1
    return stride * np.arange(n_out)[:, None] + np.arange(K)[None, :]     # (L_out, K)


# oracle: shapes x: N C L+K, w: F C K, b: F
def conv1d_forward(x, w, b, stride=1):
    N, C, L = x.shape
    F, _, K = w.shape
    idx = _index(L, K, stride)
    cols = x[:, :, idx].transpose(0, 2, 1, 3).reshape(N, len(idx), C * K)
    out = cols @ w.reshape(F, -1).T + b
    cache = (x.shape, cols, w, stride)
    return out.transpose(0, 2, 1), cache


def conv1d_backward(dout, cache):
    x_shape, cols, w, stride = cache
    N, C, L = x_shape
    F, _, K = w.shape
    idx = _index(L, K, stride)
    d = dout.transpose(0, 2, 1)                        # N, L_out, F
    db = d.sum(axis=(0, 1))
    dw = np.einsum("nlf,nlk->fk", d, cols).reshape(w.shape)
    dcols = d @ w.reshape(F, -1)
    dcols = dcols.reshape(N, len(idx), C, K).transpose(0, 2, 1, 3)
    dx = np.zeros(x_shape)
    for l in range(len(idx)):
        dx[:, :, idx[l]] = dcols[:, :, l]
    return dx, dw, db
