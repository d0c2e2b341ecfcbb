import numpy as np

lambd = 0.3


def relu(Z):
    return np.maximum(0, Z)


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


# oracle: shapes X: n m, W1: p n, b1: p 1, W2: q p, b2: q 1, W3: 1 q, b3: 1 1
def forward_propagation(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]
    Z1 = np.dot(W1, X) + b1
    A1 = relu(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = relu(Z2)
    A3 = sigmoid(np.dot(W3, A2) + b3)
    return A3, (A1, A2, A3)


# oracle: shapes A3: 1 m unit, Y: 1 m binary
def compute_cost(A3, Y, parameters):
    m = Y.shape[1]
    cross_entropy = -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m
    l2 = sum(np.sum(np.square(parameters[k])) for k in ("W1", "W2", "W3"))
    return cross_entropy + lambd / (2 * m) * l2


def backward_propagation(X, Y, cache, parameters):
    m = X.shape[1]
    A1, A2, A3 = cache
    dZ3 = A3 - Y
    dW3 = 1. / m * np.dot(dZ3, A2.T) + lambd / m * parameters["W3"]
    db3 = 1. / m * np.sum(dZ3, axis=1, keepdims=True)
    dZ2 = np.dot(parameters["W3"].T, dZ3) * np.int64(A2 > 0)
    dW2 = 1. / m * np.dot(dZ2, A1.T) + lambd / m * parameters["W2"]
    db2 = 1. / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(parameters["W2"].T, dZ2) * np.int64(A1 > 0)
    dW1 = 1. / m * np.dot(dZ1, X.T) + lambd / m * parameters["W1"]
    db1 = 1. / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW3": dW3, "db3": db3, "dW2": dW2, "db2": db2, "dW1": dW1, "db1": db1}
