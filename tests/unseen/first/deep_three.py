"""Three layers, samples in columns (relu, relu, sigmoid), several yes/no answers."""
import numpy as np


# oracle: shapes X: n m, W1: 4 n, b1: 4 1, W2: 4 4, b2: 4 1, W3: k 4, b3: k 1
def model_forward(X, params):
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.maximum(0, Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    A2 = np.maximum(0, Z2)
    Z3 = params["W3"] @ A2 + params["b3"]
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (X, Z1, A1, Z2, A2)


# oracle: shapes Y: k m binary
def compute_cost(A3, Y):
    return -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / Y.shape[1]


def model_backward(A3, Y, cache, params):
    X, Z1, A1, Z2, A2 = cache
    m = X.shape[1]
    grads = {}
    dZ3 = (A3 - Y) / m
    grads["dW3"] = dZ3 @ A2.T
    grads["db3"] = dZ3.sum(axis=1, keepdims=True)
    dA2 = params["W3"].T @ dZ3
    dZ2 = dA2 * (Z2 > 0)
    grads["dW2"] = dZ2 @ A1.T
    grads["db2"] = dZ2.sum(axis=1, keepdims=True)
    dA1 = params["W2"].T @ dZ2
    dZ1 = dA1 * (Z2 > 0)
    grads["dW1"] = dZ1 @ X.T
    grads["db1"] = dZ1.sum(axis=1, keepdims=True)
    return grads
