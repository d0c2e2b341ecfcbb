import numpy as np


def sigm(a):
    return 1.0 / (1.0 + np.exp(-a))


# oracle: shapes xs: T N D, Wx: D 4*H, Wh: H 4*H, b: 4*H
def lstm_forward(xs, Wx, Wh, b):
    T, N, _ = xs.shape
    H = Wh.shape[0]
    h, c = np.zeros((N, H)), np.zeros((N, H))
    steps, out = [], []
    for t in range(T):
        a = xs[t] @ Wx + h @ Wh + b
        i, f, o = sigm(a[:, :H]), sigm(a[:, H:2 * H]), sigm(a[:, 2 * H:3 * H])
        g = np.tanh(a[:, 3 * H:])
        c_prev, h_prev = c, h
        c = f * c_prev + i * g
        tc = np.tanh(c)
        h = o * tc
        steps.append((h_prev, c_prev, i, f, o, g, tc))
        out.append(h)
    return np.stack(out), (xs, Wx, Wh, steps)


def lstm_backward(dhs, cache):
    xs, Wx, Wh, steps = cache
    dxs, dWx, dWh = np.zeros_like(xs), np.zeros_like(Wx), np.zeros_like(Wh)
    db = np.zeros(Wx.shape[1])
    dh_next, dc_next = 0.0, 0.0
    for t in range(len(steps) - 1, -1, -1):
        h_prev, c_prev, i, f, o, g, tc = steps[t]
        dh = dhs[t] + dh_next
        do = dh * tc
        dc = dh * o + dc_next
        di, df, dg = dc * g, dc * c_prev, dc * i
        da = np.concatenate([di * i * (1 - i), df * f * (1 - f),
                             do * o * (1 - o), dg * (1 - g * g)], axis=1)
        dWx += xs[t].T @ da
        dWh += h_prev.T @ da
        db += da.sum(axis=0)
        dxs[t] = da @ Wx.T
        dh_next = da @ Wh.T
        dc_next = dc * f
    return dxs, dWx, dWh, db
