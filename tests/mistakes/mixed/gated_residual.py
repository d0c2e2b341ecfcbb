import numpy as np

KEEP = 0.8   # probability that dropout keeps a unit


def sigm(v):
    return 1 / (1 + np.exp(-v))


# y = x + gate * cand * mask / KEEP
# oracle: shapes x: B D, Wh: D D, bh: D, Wg: D D, bg: D, mask: B D mask
def gated_residual_fwd(x, Wh, bh, Wg, bg, mask):
    h = np.tanh(x @ Wh + bh)       # candidate
    g = sigm(x @ Wg + bg)          # gate
    y = x + g * h * mask / KEEP
    return y, (x, Wh, Wg, h, g, mask)


def gated_residual_bwd(dy, cache):
    x, Wh, Wg, h, g, mask = cache
    dbranch = dy * mask / KEEP
    dh = dbranch * g
    dg = dbranch * h
    dzh = dh * (1 - h * h)
    dzg = dg * g * (1 - g)
    dWh = x.T @ dzh
    dbh = dzh.sum(0)
    dWg = x.T @ dzg
    dbg = dzg.sum(0)
    dx = dy + dzh @ Wh.T + dzg @ Wg.T
    return dx, dWh, dbh, dWg, dbg
