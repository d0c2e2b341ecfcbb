import numpy as np


def _sigmoid(t):
    return np.exp(-np.logaddexp(0, -t))


# Gated linear unit: out = (x V + c) * sigmoid(x W + b)
# oracle: shapes x: N D, W: D M, b: M, V: D M, c: M
def glu_forward(x, W, b, V, c):
    gate = _sigmoid(x @ W + b)
    lin = x @ V + c
    return lin * gate, dict(x=x, W=W, V=V, gate=gate, lin=lin)


def glu_backward(dout, cache):
    x, gate, lin = cache["x"], cache["gate"], cache["lin"]
    dlin = dout * gate
    dpre = dout * lin * gate * (1 - gate)

    dx = dlin @ cache["V"].T
    dx += dpre @ cache["W"].T
    return {
        "x": dx,
        "W": x.T @ dpre,
        "b": dpre.sum(axis=0),
        "V": x.T @ dlin,
        "c": dlin.sum(axis=0),
    }
