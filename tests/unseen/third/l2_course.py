import numpy as np

LAMBD = 0.7


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


# oracle: shapes X: n0 m fixed, Y: 1 m binary, W1: n1 n0, b1: n1 1, W2: 1 n1, b2: 1 1
def forward_propagation(X, parameters):
    """LINEAR -> RELU -> LINEAR -> SIGMOID"""
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    A1 = np.maximum(Z1, 0)
    Z2 = np.dot(parameters["W2"], A1) + parameters["b2"]
    A2 = sigmoid(Z2)
    return A2, (Z1, A1, Z2, A2)


def compute_cost(A2, Y, parameters):
    m = Y.shape[1]
    cross_entropy = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
    l2 = np.sum(np.square(parameters["W1"])) + np.sum(np.square(parameters["W2"]))
    return cross_entropy + LAMBD * l2 / (2 * m)


def backward_propagation(X, Y, cache, parameters):
    m = X.shape[1]
    (Z1, A1, Z2, A2) = cache

    dZ2 = A2 - Y                      # the 1/m comes with dW and db
    dW2 = 1. / m * np.dot(dZ2, A1.T) + LAMBD / m * parameters["W2"]
    db2 = 1. / m * np.sum(dZ2, axis=1, keepdims=True)

    dA1 = np.dot(parameters["W2"].T, dZ2)
    dZ1 = np.multiply(dA1, np.int64(A1 > 0))
    dW1 = 1. / m * np.dot(dZ1, X.T) + LAMBD / m * parameters["W1"]
    db1 = 1. / m * np.sum(dZ1, axis=1, keepdims=True)

    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
