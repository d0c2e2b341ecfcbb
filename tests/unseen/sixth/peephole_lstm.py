import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# oracle: shapes x: N D, h_prev: N H, c_prev: N H, Wx: D 4*H, Wh: H 4*H, P: 3 H, b: 4*H
def peephole_step_forward(x, h_prev, c_prev, Wx, Wh, P, b):
    """LSTM step with peepholes (Gers & Schmidhuber): i and f look at c_{t-1}, o looks at c_t."""
    H = h_prev.shape[1]
    a = x.dot(Wx) + h_prev.dot(Wh) + b
    i = sigmoid(a[:, :H] + P[0] * c_prev)
    f = sigmoid(a[:, H:2 * H] + P[1] * c_prev)
    g = np.tanh(a[:, 2 * H:3 * H])
    c = f * c_prev + i * g
    o = sigmoid(a[:, 3 * H:] + P[2] * c)
    h = o * np.tanh(c)
    cache = (x, h_prev, c_prev, Wx, Wh, P, i, f, g, o, c)
    return h, c, cache


def peephole_step_backward(dh, dc, cache):
    x, h_prev, c_prev, Wx, Wh, P, i, f, g, o, c = cache
    tc = np.tanh(c)

    dao = dh * tc * o * (1 - o)
    dc = dc + dh * o * (1 - tc ** 2)

    dai = dc * g * i * (1 - i)
    daf = dc * c_prev * f * (1 - f)
    dag = dc * i * (1 - g ** 2)
    da = np.hstack([dai, daf, dag, dao])

    dP = np.stack([(dai * c_prev).sum(0), (daf * c_prev).sum(0), (dao * c).sum(0)])
    dc_prev = dc * f + dai * P[0] + daf * P[1]
    dx = da.dot(Wx.T)
    dh_prev = da.dot(Wh.T)
    dWx = x.T.dot(da)
    dWh = h_prev.T.dot(da)
    db = da.sum(axis=0)
    return dx, dh_prev, dc_prev, dWx, dWh, dP, db
