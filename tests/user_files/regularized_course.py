import numpy as np


# oracle: shapes X: n m, parameters.W1: 4 n, parameters.b1: 4 1, parameters.W2: 1 4, parameters.b2: 1 1, Y: 1 m binary
def forward_propagation(X, parameters):
    Z1 = parameters["W1"] @ X + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = parameters["W2"] @ A1 + parameters["b2"]
    AL = 1 / (1 + np.exp(-Z2))
    return AL, (Z1, A1, Z2, AL)


def compute_cost(AL, Y, parameters, lambd=0.7):
    m = Y.shape[1]
    cross_entropy = -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m
    l2 = lambd / (2 * m) * (np.sum(parameters["W1"] ** 2) + np.sum(parameters["W2"] ** 2))
    return cross_entropy + l2


def backward_propagation(X, Y, cache, parameters, lambd=0.7):
    m = X.shape[1]
    Z1, A1, Z2, AL = cache
    dZ2 = AL - Y
    dW2 = 1.0 / m * (dZ2 @ A1.T) + lambd / m * parameters["W2"]
    db2 = 1.0 / m * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = parameters["W2"].T @ dZ2
    dZ1 = dA1 * (1 - A1**2)
    dW1 = 1.0 / m * (dZ1 @ X.T)
    db1 = 1.0 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
