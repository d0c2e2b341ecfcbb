import numpy as np


def _softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def attention_forward(Q, K, V):
    """softmax(Q K^T / sqrt(d)) V

    Q : (B, M, D)
    K : (B, L, D)
    V : (B, L, E)
    """
    d = Q.shape[-1]
    S = Q @ K.swapaxes(1, 2) / np.sqrt(d)
    P = _softmax(S)
    return P @ V, (Q, K, V, P)


def attention_backward(dO, cache):
    Q, K, V, P = cache
    d = Q.shape[-1]
    dV = P.swapaxes(1, 2) @ dO
    dP = dO @ V.swapaxes(1, 2)
    dS = P * (dP - np.sum(dP * P, axis=-1, keepdims=True))
    dQ = dS @ K / np.sqrt(d)
    dK = dS.swapaxes(1, 2) @ Q
    return dQ, dK, dV
