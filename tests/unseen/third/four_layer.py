"""Homework 4: regression with three equally wide hidden layers (samples are columns)."""
import numpy as np


def relu(z):
    return np.maximum(0.0, z)


# oracle: shapes X: d m fixed, Y: o m fixed, W1: h d, W2: h h, W3: h h, W4: o h, b1: h 1, b2: h 1, b3: h 1, b4: o 1
def forward_propagation(X, parameters):
    p = parameters
    Z1 = p["W1"] @ X + p["b1"]
    A1 = relu(Z1)
    Z2 = p["W2"] @ A1 + p["b2"]
    A2 = relu(Z2)
    Z3 = p["W3"] @ A2 + p["b3"]
    A3 = relu(Z3)
    Z4 = p["W4"] @ A3 + p["b4"]
    return Z4, (Z1, A1, Z2, A2, Z3, A3)


def compute_cost(AL, Y):
    m = Y.shape[1]
    return np.sum((AL - Y) ** 2) / (2 * m)


def backward_propagation(AL, Y, X, parameters, cache):
    p = parameters
    Z1, A1, Z2, A2, Z3, A3 = cache
    m = Y.shape[1]

    dZ4 = (AL - Y) / m
    dZ3 = (p["W4"].T @ dZ4) * (Z3 > 0)
    dZ2 = (p["W3"].T @ dZ3) * (Z2 > 0)
    dZ1 = (p["W3"].T @ dZ2) * (Z1 > 0)

    grads = {}
    for name, dz, a in (("4", dZ4, A3), ("3", dZ3, A2), ("2", dZ2, A1), ("1", dZ1, X)):
        grads["W" + name] = dz @ a.T
        grads["b" + name] = dz.sum(axis=1, keepdims=True)
    return grads
