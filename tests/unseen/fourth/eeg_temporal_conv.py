"""Temporal convolution over EEG windows ("valid", hop of two samples)."""
import numpy as np

HOP = 2


# oracle: shapes x: N C L+3, w: F C 3, b: F
def tconv_forward(x, w, b):
    N, C, L = x.shape
    F, _, K = w.shape
    n_out = (L - K) // HOP + 1
    y = np.zeros((N, F, n_out))
    for n in range(N):
        for f in range(F):
            for i in range(n_out):
                a = i * HOP
                y[n, f, i] = np.sum(x[n, :, a:a + K] * w[f]) + b[f]
    return y


def tconv_backward(dy, x, w, b):
    N, C, L = x.shape
    F, _, K = w.shape
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    db = np.zeros_like(b)
    for n in range(N):
        for f in range(F):
            for i in range(dy.shape[2]):
                a = i * HOP
                g = dy[n, f, i]
                dw[f] += g * x[n, :, a:a + K]
                dx[n, :, a:a + K] = g * w[f]
                db[f] += g
    return dx, dw, db


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    sig = rng.normal(size=(4, 8, 65))
    ker = rng.normal(size=(5, 8, 3)) * 0.1
    print(tconv_forward(sig, ker, np.zeros(5)).shape)
