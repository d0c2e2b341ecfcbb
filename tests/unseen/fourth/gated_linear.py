import numpy as np


def logistic(v):
    return 0.5 * (1.0 + np.tanh(0.5 * v))


# Dauphin et al., "Language modeling with gated convolutional networks", kernel size 1
# oracle: shapes x: N D, Wv: D H, bv: H, Wg: D H, bg: H
def glu_forward(x, Wv, bv, Wg, bg):
    v = x @ Wv + bv
    zg = x @ Wg + bg
    s = logistic(zg)
    y = v * s
    return y


def glu_backward(dy, x, Wv, bv, Wg, bg):
    v = x @ Wv + bv
    zg = x @ Wg + bg
    s = logistic(zg)

    dv = dy * s
    dzg = dy * v

    grads = {
        "x": dv @ Wv.T + dzg @ Wg.T,
        "Wv": x.T @ dv,
        "bv": dv.sum(0),
        "Wg": x.T @ dzg,
        "bg": dzg.sum(0),
    }
    return grads
