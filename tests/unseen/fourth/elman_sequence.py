import numpy as np


# oracle: shapes xs: T N D, h0: N H, Wx: D H, Wh: H H, b: H
def elman_forward(xs, h0, Wx, Wh, b):
    hs = [h0]
    for x_t in xs:
        hs.append(np.tanh(x_t @ Wx + hs[-1] @ Wh + b))
    hs = np.stack(hs)
    return hs[1:], dict(xs=xs, hs=hs, Wx=Wx, Wh=Wh)


def elman_backward(dhs, cache):
    xs, hs, Wx, Wh = (cache[k] for k in ("xs", "hs", "Wx", "Wh"))
    T = len(xs)
    dxs = np.zeros_like(xs)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wx.shape[1])
    dh_next = np.zeros_like(hs[0])
    for t in reversed(range(T)):
        dh = dhs[t]
        dz = dh * (1 - hs[t + 1] ** 2)
        dxs[t] = dz @ Wx.T
        dWx += xs[t].T @ dz
        dWh += hs[t].T @ dz
        db += dz.sum(0)
        dh_next = dz @ Wh.T
    dh0 = dh_next
    return dxs, dh0, dWx, dWh, db
