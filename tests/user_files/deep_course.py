import numpy as np


def relu(Z):
    return np.maximum(0, Z)


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


# oracle: shapes X: n m, parameters.W1: 5 n, parameters.b1: 5 1, parameters.W2: 3 5, parameters.b2: 3 1, parameters.W3: 1 3, parameters.b3: 1 1, Y: 1 m binary
def forward_propagation(X, parameters):
    caches = {"A0": X}
    A = X
    for l in range(1, 4):
        Z = parameters["W%d" % l] @ A + parameters["b%d" % l]
        A = sigmoid(Z) if l == 3 else relu(Z)
        caches["Z%d" % l], caches["A%d" % l] = Z, A
    return A, caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m


def backward_propagation(AL, Y, caches, parameters):
    grads = {}
    m = Y.shape[1]
    dZ = AL - Y
    for l in (3, 2, 1):
        grads["dW%d" % l] = dZ @ caches["A%d" % (l - 1)].T / m
        grads["db%d" % l] = dZ.sum(axis=1, keepdims=True) / m
        if l > 1:
            dA = parameters["W%d" % l].T @ dZ
            dZ = dA * (caches["Z%d" % (l - 1)] > 0)
    return grads
