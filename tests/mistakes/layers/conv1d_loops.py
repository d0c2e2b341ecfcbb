import numpy as np


# oracle: shapes x: N C L+K-1, w: F C K, b: F
def conv1d_forward(x, w, b, stride=2, pad=1):
    """Slide F filters over a batch of signals, one output position at a time."""
    N, C, L = x.shape
    F, _, K = w.shape
    T = 1 + (L + 2 * pad - K) // stride
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad)))
    out = np.zeros((N, F, T))
    for n in range(N):
        for f in range(F):
            for t in range(T):
                s = t * stride
                out[n, f, t] = np.sum(xp[n, :, s : s + K] * w[f]) + b[f]
    cache = (x, w, b, stride, pad)
    return out, cache


def conv1d_backward(dout, cache):
    x, w, b, stride, pad = cache
    N, C, L = x.shape
    F, _, K = w.shape
    T = dout.shape[2]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad)))
    dxp = np.zeros_like(xp)
    dw = np.zeros_like(w)
    db = np.zeros_like(b)
    for n in range(N):
        for f in range(F):
            for t in range(T):
                lo = t * stride
                hi = lo + K
                db[f] += dout[n, f, t]
                dw[f] += xp[n, :, lo:hi] * dout[n, f, t]
                dxp[n, :, lo:hi] += w[f] * dout[n, f, t]
    dx = dxp[:, :, pad : pad + L]
    return dx, dw, db
