import numpy as np


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


# oracle: shapes X: D m, W1: P D, b1: P 1, W2: Q P, b2: Q 1, W3: K Q, b3: K 1
def forward_propagation(X, parameters):
    caches = []
    A = X
    n_layers = len(parameters) // 2
    for l in range(1, n_layers + 1):
        W, b = parameters["W" + str(l)], parameters["b" + str(l)]
        A_prev, Z = A, W @ A + b
        A = sigmoid(Z) if l == n_layers else np.maximum(0.01 * Z, Z)
        caches.append((A_prev, W, Z))
    return A, caches


# oracle: shapes Y: K m binary
def compute_cost(AL, Y):
    m = Y.shape[1]
    return float(np.sum(-Y * np.log(AL) - (1 - Y) * np.log(1 - AL)) / m)


def backward_propagation(AL, Y, caches):
    m = Y.shape[1]
    grads = {}
    dZ = AL - Y
    for l in reversed(range(len(caches))):
        A_prev, W, Z = caches[l]
        if l < len(caches) - 1:
            dZ = grads["dA" + str(l + 1)] * np.where(Z > 0, 1.0, 0.01)
        grads["dW" + str(l + 1)] = dZ @ A_prev.T / m
        grads["db" + str(l + 1)] = dZ.sum(axis=1, keepdims=True) / m
        grads["dA" + str(l)] = W.T @ dZ
    return grads
