import numpy as np

# Three dense layers, samples in rows, everything as a loop over layers.
# All hidden layers have the same width, so W2 and W3 can share one initialiser.
L = 3


def relu(z):
    return np.maximum(z, 0)


# oracle: shapes X: N D, W1: D H, b1: H, W2: H H, b2: H, W3: H H, b3: H
def forward_propagation(X, parameters):
    cache = {"A0": X}
    A = X
    for l in range(1, L + 1):
        Z = A @ parameters[f"W{l}"] + parameters[f"b{l}"]
        A = relu(Z) if l < L else Z
        cache[f"Z{l}"], cache[f"A{l}"] = Z, A
    return A, cache


# oracle: shapes Y: N H fixed
def compute_cost(AL, Y):
    return 0.5 * np.sum((AL - Y) ** 2) / Y.shape[0]


def backward_propagation(AL, Y, parameters, cache):
    grads = {}
    dZ = (AL - Y) / Y.shape[0]
    for l in range(L, 0, -1):
        grads[f"dW{l}"] = cache[f"A{l-1}"].T @ dZ
        grads[f"db{l}"] = dZ.sum(axis=0)
        if l > 1:
            dA = dZ @ parameters[f"W{l}"]
            dZ = dA * (cache[f"Z{l-1}"] > 0)
    return grads
