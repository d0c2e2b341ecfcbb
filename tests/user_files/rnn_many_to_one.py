import numpy as np


# oracle: shapes x: T D, Wx: D H, Wh: H H
def encoder_forward(x, Wx, Wh):
    states = [np.zeros(Wh.shape[0])]
    for step in x:
        states.append(np.tanh(step @ Wx + states[-1] @ Wh))
    return states[-1], (x, Wx, Wh, states)


def encoder_backward(delta, cache):
    x, Wx, Wh, states = cache
    draw = delta * (1 - states[-1] ** 2)
    dx = np.zeros_like(x)
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    for t in reversed(range(len(x))):
        dx[t] = draw @ Wx.T
        dWx += np.outer(x[t], draw)
        dWh += np.outer(states[t], draw)
        if t == len(x) - 1:
            break
        draw = (draw @ Wh.T) * (1 - states[t] ** 2)
    return dx, dWx, dWh
