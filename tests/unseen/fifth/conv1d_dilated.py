import numpy as np

DILATION = 2


# oracle: shapes x: N C L+2*K, w: F C K, b: F
def conv1d_dilated_forward(x, w, b):
    """Causal-free ('valid') dilated convolution, WaveNet style, channels first."""
    N, C, L = x.shape
    F, _, K = w.shape
    L_out = L - DILATION * (K - 1)
    out = np.zeros((N, F, L_out)) + b[None, :, None]
    for k in range(K):
        start = k * DILATION
        out = out + np.einsum("ncl,fc->nfl", x[:, :, start:start + L_out], w[:, :, k])
    return out, (x, w, b)


def conv1d_dilated_backward(dout, cache):
    x, w, b = cache
    K, L_out = w.shape[2], dout.shape[2]
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for k in range(K):
        start = k * DILATION
        dw[:, :, k] = np.einsum("nfl,ncl->fc", dout, x[:, :, start:start + L_out])
        dx[:, :, start:start + L_out] += np.einsum("nfl,fc->ncl", dout, w[:, :, k])
    db = dout.sum(axis=(0, 2))
    return dx, dw, db
