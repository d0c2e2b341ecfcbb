import numpy as np

from numpy import tanh


def logistic(s):
    return 1 / (1 + np.exp(-s))


def highway_forward(x, Wh, Wt, bt):
    """x: (N, D), Wh: (D, D), Wt: (D, D), bt: (D,)"""
    h = tanh(x @ Wh)
    t = logistic(x @ Wt + bt)
    return t * h + (1 - t) * x


def highway_backward(dy, x, Wh, Wt, bt):
    h = tanh(x @ Wh)
    t = logistic(x @ Wt + bt)
    dh = dy * t * (1 - h ** 2)
    dt = dy * h * t * (1 - t)
    dWh = x.T @ dh
    dWt = x.T @ dt
    dbt = dt.sum(0)
    dx = dh @ Wh.T + dt @ Wt.T + dy * (1 - t)
    return {"x": dx, "Wh": dWh, "Wt": dWt, "bt": dbt}
