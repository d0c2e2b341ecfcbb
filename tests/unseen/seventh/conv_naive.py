import numpy as np


# oracle: shapes x: N C 5 4, w: F C 3 2, b: F
def conv_forward_naive(x, w, b):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    Ho, Wo = H - HH + 1, W - WW + 1
    out = np.zeros((N, F, Ho, Wo))
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    out[n, f, i, j] = np.sum(x[n, :, i:i+HH, j:j+WW] * w[f]) + b[f]
    return out, (x, w, b)


def conv_backward_naive(dout, cache):
    x, w, b = cache
    F, _, HH, WW = w.shape
    N, _, Ho, Wo = dout.shape
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    d = dout[n, f, i, j]
                    db[f] += d
                    dw[f] += d * x[n, :, i:i+HH, j:j+WW]
                    dx[n, :, i:i+HH, j:j+WW] = d * w[f]
    return dx, dw, db
