import numpy as np


# oracle: shapes X: N D, W1: D H, b1: H, W2: H C, b2: C
def forward_propagation(X, parameters):
    Z1 = X @ parameters["W1"] + parameters["b1"]
    A1 = np.maximum(Z1, 0)
    Z2 = A1 @ parameters["W2"] + parameters["b2"]
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    A2 = E / E.sum(axis=1, keepdims=True)
    return A2, (Z1, A1, A2)


# oracle: shapes A2: N C probabilities, Y: N C onehot
def compute_cost(A2, Y):
    return -np.sum(Y * np.log(A2)) / Y.shape[0]


def backward_propagation(X, Y, parameters, cache):
    Z1, A1, A2 = cache
    N = X.shape[0]
    grads = {}
    dZ2 = (A2 - Y) / N
    grads["W2"] = A1.T @ dZ2
    grads["b2"] = dZ2.sum(axis=0)
    dA1 = dZ2 @ parameters["W2"].T
    dZ1 = dA1 * (Z1 > 0)
    grads["W1"] = X.T @ dZ1
    grads["b1"] = dZ1.sum(axis=0)
    return grads
