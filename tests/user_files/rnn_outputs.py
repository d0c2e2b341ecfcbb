import numpy as np


# oracle: shapes x: N T D, Wx: D H, Wh: H H
def rnn_forward(x, Wx, Wh):
    N, T, D = x.shape
    h = np.zeros((N, T + 1, Wh.shape[0]))
    for t in range(T):
        h[:, t + 1] = np.tanh(x[:, t] @ Wx + h[:, t] @ Wh)
    return h[:, 1:], (x, Wx, Wh, h)


def rnn_backward(dh, cache):
    x, Wx, Wh, h = cache
    dx, dWx, dWh = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh)
    for t in range(x.shape[1] - 1, -1, -1):
        draw = dh[:, t] * (1 - h[:, t + 1] ** 2)
        dx[:, t] = draw @ Wx.T
        dWx += x[:, t].T @ draw
        dWh += h[:, t].T @ draw
    return dx, dWx, dWh
