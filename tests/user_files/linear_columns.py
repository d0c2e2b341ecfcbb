import numpy as np


def linear_forward(A, W, b):
    """A: (n_prev, m), W: (n, n_prev), b: (n, 1)"""
    return W @ A + b


# the upstream already holds the 1/m of the cost
def linear_backward(dZ, A, W, b):
    m = A.shape[1]
    dA = W.T @ dZ
    dW = dZ @ A.T / m
    db = dZ.sum(axis=1, keepdims=True)
    return dA, dW, db
