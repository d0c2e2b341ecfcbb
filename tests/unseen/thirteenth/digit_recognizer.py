# Digit recognizer, numpy only (fork of a popular Kaggle notebook)
import numpy as np


# oracle: shapes Z: n m
def ReLU(Z):
    return np.maximum(Z, 0)


def softmax(Z):
    Z = Z - Z.max(axis=0)
    return np.exp(Z) / sum(np.exp(Z))


# oracle: shapes Z: n m
def ReLU_deriv(Z):
    return Z > 0


# oracle: shapes X: n m, W1: h n, b1: h 1, W2: k h, b2: k 1
def forward_propagation(X, parameters):
    Z1 = parameters["W1"].dot(X) + parameters["b1"]
    A1 = ReLU(Z1)
    Z2 = parameters["W2"].dot(A1) + parameters["b2"]
    A2 = softmax(Z2)
    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
    return A2, cache


# oracle: shapes A2: k m probabilities, Y: m labels(k)
def compute_cost(A2, Y):
    m = Y.size
    return -np.sum(np.log(A2[Y, np.arange(m)])) / m


def one_hot(Y, k):
    out = np.zeros((Y.size, k))
    out[np.arange(Y.size), Y] = 1
    return out.T


def backward_propagation(parameters, cache, X, Y):
    m = Y.size
    dZ2 = cache["A2"] - one_hot(Y, cache["A2"].shape[0])
    dW2 = 1 / m * dZ2.dot(cache["A1"].T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = parameters["W2"].T.dot(dZ2) * ReLU_deriv(cache["Z1"])
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
