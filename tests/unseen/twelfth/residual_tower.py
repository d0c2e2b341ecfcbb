"""Residual regression tower; examples are columns."""
import numpy as np


# oracle: shapes X: d m, W1: h d, b1: h 1, W2: h h, b2: h 1, W3: h h, b3: h 1, W4: 1 h
def forward_propagation(X, parameters):
    p = parameters
    Z1 = p["W1"] @ X + p["b1"]
    A1 = np.tanh(Z1)
    T2 = np.tanh(p["W2"] @ A1 + p["b2"])
    A2 = A1 + T2
    T3 = np.tanh(p["W3"] @ A2 + p["b3"])
    A3 = A2 + T3
    AL = p["W4"] @ A3
    return AL, (A1, T2, A2, T3, A3)


# oracle: shapes AL: 1 m, Y: 1 m
def compute_cost(AL, Y):
    m = Y.shape[1]
    return np.sum((AL - Y) ** 2) / (2 * m)


def backward_propagation(AL, X, Y, parameters, cache):
    m = Y.shape[1]
    A1, T2, A2, T3, A3 = cache
    W2, W3, W4 = parameters["W2"], parameters["W3"], parameters["W4"]
    g = {}

    dAL = (AL - Y) / m
    g["dW4"] = dAL @ A3.T
    dA3 = W4.T @ dAL

    dZ3 = dA3 * (1 - T3 ** 2)
    g["dW3"] = dZ3 @ A2.T
    g["db3"] = dZ3.sum(axis=1, keepdims=True)
    dA2 = dA3 + W3.T @ dZ3

    dZ2 = dA2 * (1 - T2 ** 2)
    g["dW2"] = dZ2 @ A1.T
    g["db2"] = dZ2.sum(axis=1, keepdims=True)
    dA1 = dA2 + W3.T @ dZ2

    dZ1 = dA1 * (1 - A1 ** 2)
    g["dW1"] = dZ1 @ X.T
    g["db1"] = dZ1.sum(axis=1, keepdims=True)
    return g
