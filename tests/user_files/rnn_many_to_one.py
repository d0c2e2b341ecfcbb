import numpy as np


# oracle: shapes x: T D, Wx: D H, Wh: H H
def encoder_forward(x, Wx, Wh):
    states = [np.zeros(Wh.shape[0])]
    for step in x:
        states.append(np.tanh(step @ Wx + states[-1] @ Wh))
    return states[-1], (x, Wx, Wh, states)


def encoder_backward(delta, cache):
    x, Wx, Wh, states = cache
    dx = np.zeros_like(x)
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    dh = delta
    for t in reversed(range(len(x))):
        draw = dh * (1 - states[t + 1] ** 2)
        dx[t] = draw @ Wx.T
        dWx += np.outer(x[t], draw)
        dWh += np.outer(states[t], draw)
        dh = draw @ Wh.T
    return dx, dWx, dWh
