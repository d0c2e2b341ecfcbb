import numpy as np


def softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# oracle: shapes Q: B T d, K: B S d, V: B S e
def attention_forward(Q, K, V):
    """softmax(Q K^T / sqrt(d)) V

    Q of shape (B, T, d), K of shape (B, S, d), V of shape (B, S, e)
    """
    d = Q.shape[-1]
    scores = Q @ K.transpose(0, 2, 1) / np.sqrt(d)
    P = softmax(scores)
    return P @ V, dict(Q=Q, K=K, V=V, P=P)


def attention_backward(dO, cache):
    Q, K, V, P = cache["Q"], cache["K"], cache["V"], cache["P"]
    d = Q.shape[-1]
    dV = P.transpose(0, 2, 1) @ dO
    dP = dO @ V.transpose(0, 2, 1)
    dS = P * (dP - (dP * P).sum(axis=-1, keepdims=True))
    dQ = dS @ K / np.sqrt(d)
    dK = dS.transpose(0, 2, 1) @ Q
    return dQ, dK, dV
