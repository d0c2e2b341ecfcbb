"""Red siamesa: los dos ramales comparten la matriz W."""
import numpy as np


def distancia_forward(a, b, W):
    """
    a: (N, D)
    b: (N, D)
    W: (D, K)
    devuelve la distancia al cuadrado, (N,)
    """
    u = np.tanh(a @ W)
    v = np.tanh(b @ W)
    return ((u - v) ** 2).sum(axis=1), (a, b, W, u, v)


def distancia_backward(dsalida, cache):
    a, b, W, u, v = cache
    du = 2 * dsalida[:, None] * (u - v)
    dv = -du
    # primer ramal
    dpu = du * (1 - u**2)
    da = dpu @ W.T
    dW = a.T @ dpu
    # segundo ramal
    dpv = dv * (1 - v**2)
    db = dpv @ W.T
    dW = b.T @ dpv
    return da, db, dW
