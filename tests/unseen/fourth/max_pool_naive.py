import numpy as np


# oracle: shapes x: N C H+2 W+2
def max_pool_forward_naive(x, pool_param={"k": 3, "stride": 1}):
    k, s = pool_param["k"], pool_param["stride"]
    N, C, H, W = x.shape
    Ho, Wo = 1 + (H - k) // s, 1 + (W - k) // s
    out = np.empty((N, C, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            out[:, :, i, j] = x[:, :, i * s:i * s + k, j * s:j * s + k].max(axis=(2, 3))
    return out, (x, pool_param)


def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    k, s = pool_param["k"], pool_param["stride"]
    N, C, Ho, Wo = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(Ho):
                for j in range(Wo):
                    win = x[n, c, i * s:i * s + k, j * s:j * s + k]
                    r, q = divmod(int(win.argmax()), k)
                    dx[n, c, i * s + r, j * s + q] += dout[n, c, i, j]
    return dx
