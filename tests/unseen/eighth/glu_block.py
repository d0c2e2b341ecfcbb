import numpy as np
from dataclasses import dataclass


@dataclass
class Tape:
    x: np.ndarray
    W: np.ndarray
    V: np.ndarray
    lin: np.ndarray
    sg: np.ndarray


# gated linear unit: (xW + b) * sigmoid(xV + c)
# oracle: shapes x: N D, W: D M, b: M, V: D M, c: M
def glu_forward(x, W, b, V, c):
    lin = x @ W + b
    sg = 1 / (1 + np.exp(-(x @ V + c)))
    return lin * sg, Tape(x, W, V, lin, sg)


def glu_backward(dy, tape):
    x = tape.x
    dlin = dy * tape.sg
    dgate = dy * tape.lin
    dW = x.T @ dlin
    dV = x.T @ dgate
    db = dlin.sum(0)
    dc = dgate.sum(0)
    dx = dlin @ tape.W.T + dgate @ tape.V.T
    return dx, dW, db, dV, dc
