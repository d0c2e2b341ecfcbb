import numpy as np


# oracle: shapes A: n m, W: k n, D: k m mask
def hidden_forward(A, W, D, keep_prob=0.8):
    H = np.tanh(W @ A)
    H = H * D
    H = H / keep_prob
    return H


def hidden_backward(dH, A, W, D, keep_prob=0.8):
    T = np.tanh(W @ A)
    dT = dH * D / keep_prob
    dZ = dT * (1 - T**2)
    dW = dH * D * (1 - T**2) @ A.T
    dA = W.T @ dZ
    return dA, dW
