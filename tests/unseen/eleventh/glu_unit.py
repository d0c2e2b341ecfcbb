import numpy as np


def sigmoid(x):
    return np.exp(-np.logaddexp(0.0, -x))


# oracle: shapes x: N D, W: D M, V: D M, b: M, c: M
def glu(x, W, V, b, c):
    """Gated linear unit of Dauphin et al. (2017): (xW + b) * sigmoid(xV + c)"""
    return (x @ W + b) * sigmoid(x @ V + c)


def glu_vjp(gy, x, W, V, b, c):
    lin = x @ W + b
    gate = sigmoid(x @ V + c)

    g_lin = gy * gate
    g_gate = gy * lin

    dx = g_lin @ W.T + g_gate @ V.T
    return {
        "x": dx,
        "W": x.T @ g_lin,
        "V": x.T @ g_gate,
        "b": g_lin.sum(0),
        "c": g_gate.sum(0),
    }
