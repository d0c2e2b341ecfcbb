import numpy as np


# oracle: shapes x: T D, h0: H, Wx: D H, Wh: H H, b: H
def rnn_forward(x, h0, Wx, Wh, b):
    hs = [h0]
    for t in range(len(x)):
        hs.append(np.tanh(x[t] @ Wx + hs[-1] @ Wh + b))
    h = np.stack(hs)
    return h[1:], (x, h, Wx, Wh)


def rnn_backward(dh, cache):
    x, h, Wx, Wh = cache
    dx = np.zeros_like(x)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[0])
    dnext = np.zeros(Wh.shape[0])
    for t in reversed(range(len(x))):
        dt = dh[t] + dnext
        draw = dt * (1 - h[t + 1] ** 2)
        dx[t] = draw @ Wx.T
        dWx += np.outer(x[t], draw)
        dWh += np.outer(h[t], draw)
        db += draw
        dnext = draw @ Wh.T
    dh0 = dnext
    return dx, dh0, dWx, dWh, db
