import numpy as np


# oracle: shapes x: N D, prev_h: N H, Wx: D H, Wh: H H, b: H
def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """
    1ステップ分の順伝播

    x: (N, D)
    prev_h: (N, H)
    Wx: (D, H)
    Wh: (H, H)
    b: (H,)
    """
    next_h = np.tanh(x.dot(Wx) + prev_h.dot(Wh) + b)
    cache = (x, prev_h, Wx, Wh, next_h)
    return next_h, cache


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    # tanh の微分
    dt = dnext_h * (1 - next_h ** 2)
    db = np.sum(dt, axis=0)
    dWh = np.dot(prev_h.T, dt)
    dWx = np.dot(x.T, dt)
    dprev_h = np.dot(dt, Wh)
    dx = np.dot(dt, Wx.T)
    return dx, dprev_h, dWx, dWh, db
