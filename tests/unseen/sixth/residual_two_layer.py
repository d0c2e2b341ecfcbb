import numpy as np

# Exercise 4 (optional part): shallow residual classifier, one sample a column

def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# oracle: shapes X: n m, W1: h n, b1: h 1, W2: h h, b2: h 1, W3: 1 h, b3: 1 1, Y: 1 m binary
def forward_propagation(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]

    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = np.tanh(Z2) + A1            # skip connection
    Z3 = np.dot(W3, A2) + b3
    A3 = sigmoid(Z3)
    cache = (X, A1, Z2, A2, A3)
    return A3, cache


# oracle: shapes Y: 1 m binary
def compute_cost(A3, Y):
    m = Y.shape[1]
    logprobs = Y * np.log(A3) + (1 - Y) * np.log(1 - A3)
    return -np.sum(logprobs) / m


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    (_, A1, Z2, A2, A3) = cache
    W2, W3 = parameters["W2"], parameters["W3"]

    dZ3 = A3 - Y
    dW3 = np.dot(dZ3, A2.T) / m
    db3 = np.sum(dZ3, axis=1, keepdims=True) / m

    dA2 = np.dot(W3.T, dZ3)
    dZ2 = dA2 * (1 - np.tanh(Z2) ** 2)
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m

    dA1 = np.dot(W2.T, dZ2)
    dZ1 = dA1 * (1 - A1 ** 2)
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m

    grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}
    return grads
