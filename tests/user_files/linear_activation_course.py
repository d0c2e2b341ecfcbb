import numpy as np


# oracle: shapes A_prev: n_prev m, W: n n_prev, b: n 1
def linear_activation_forward(A_prev, W, b):
    Z = np.dot(W, A_prev) + b
    A = np.maximum(0, Z)
    cache = (A_prev, W, b, Z)
    return A, cache


def linear_activation_backward(dA, cache):
    A_prev, W, b, Z = cache
    m = A_prev.shape[1]
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    dW = np.dot(dZ, A_prev.T)
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db
