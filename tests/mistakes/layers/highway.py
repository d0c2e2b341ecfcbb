import numpy as np

# highway layer: y = t * relu(x Wh + bh) + (1 - t) * x,   t = sigmoid(x Wt + bt)


# oracle: shapes x: N D, Wh: D D, bh: D, Wt: D D, bt: D
def highway_forward(x, Wh, bh, Wt, bt):
    a = x.dot(Wh) + bh
    h = np.maximum(a, 0)
    t = 1.0 / (1.0 + np.exp(-(x.dot(Wt) + bt)))
    y = t * h + (1 - t) * x
    return y, (x, Wh, Wt, a, h, t)


def highway_backward(dy, cache):
    x, Wh, Wt, a, h, t = cache

    # transform branch
    dh = dy * t
    da = dh * (a > 0)
    dWh = x.T.dot(da)
    dbh = da.sum(0)

    # gate
    dt = dy * (h - x)
    dg = dt * t * (1 - t)
    dWt = x.T.dot(dg)
    dbt = dg.sum(0)

    # input: carried, transformed, gating
    dx = dy * (1 - t)
    dx += da.dot(Wh.T)
    dx += dg.dot(Wt.T)
    return dx, dWh, dbh, dWt, dbt
