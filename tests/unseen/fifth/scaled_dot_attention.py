"""Single-head attention without torch. Training is unstable for large D."""
import numpy as np


# oracle: shapes Q: B S D, K: B U D, V: B U E
def attention_forward(Q, K, V):
    d = Q.shape[-1]
    scores = np.matmul(Q, K.swapaxes(1, 2)) / np.sqrt(d)
    scores = scores - scores.max(axis=-1, keepdims=True)
    A = np.exp(scores)
    A = A / A.sum(axis=-1, keepdims=True)
    return np.matmul(A, V), {"Q": Q, "K": K, "V": V, "A": A}


def attention_backward(dO, cache):
    Q, K, V, A = (cache[k] for k in "QKVA")
    d = Q.shape[-1]
    dV = np.matmul(A.swapaxes(1, 2), dO)
    dA = np.matmul(dO, V.swapaxes(1, 2))
    dS = A * (dA - (A * dA).sum(axis=-1, keepdims=True))
    dQ = np.matmul(dS, K) / np.sqrt(d)
    dK = np.matmul(dS.swapaxes(1, 2), Q)
    return dQ, dK, dV
