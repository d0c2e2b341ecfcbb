import numpy as np


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


# oracle: shapes f: N H, i: N H, g: N H, o: N H, c: N H
def cell_forward(f, i, g, o, c):
    c_next = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h_next = sigmoid(o) * np.tanh(c_next)
    return h_next, c_next


def cell_backward(dh, dc, f, i, g, o, c):
    sf, si, so, tg = sigmoid(f), sigmoid(i), sigmoid(o), np.tanh(g)
    tc = np.tanh(sf * c + si * tg)
    dct = dc + dh * so * (1 - tc * tc)
    df = dct * c * sf * (1 - sf)
    di = dct * tg * si * (1 - si)
    dg = dct * si * (1 - tg * tg)
    do = dh * tc * so
    dc_prev = dct * sf
    return df, di, dg, do, dc_prev
