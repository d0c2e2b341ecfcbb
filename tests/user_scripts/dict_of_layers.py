"""L layers with their parameters in a dict, in functions."""

import numpy as np


def initialize(dims, seed=2):
    rng = np.random.RandomState(seed)
    parameters = {}
    for l in range(1, len(dims)):
        parameters["W" + str(l)] = rng.randn(dims[l], dims[l - 1]) / np.sqrt(dims[l - 1])
        parameters["b" + str(l)] = np.zeros((dims[l], 1))
    return parameters


def relu(Z):
    return np.maximum(0, Z)


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def forward(X, parameters):
    L = len(parameters) // 2
    caches = []
    A = X
    for l in range(1, L + 1):
        A_prev = A
        Z = parameters["W" + str(l)] @ A_prev + parameters["b" + str(l)]
        A = sigmoid(Z) if l == L else relu(Z)
        caches.append((A_prev, Z))
    return A, caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m


def backward(AL, Y, caches, parameters):
    grads = {}
    m = Y.shape[1]
    L = len(caches)
    dZ = AL - Y
    for l in range(L, 0, -1):
        A_prev, Z = caches[l - 1]
        grads["dW" + str(l)] = dZ @ A_prev.T / m
        grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dA = parameters["W" + str(l)].T @ dZ
            dZ = dA * (caches[l - 2][1] > 0)
    return grads


def update(parameters, grads, learning_rate):
    for l in range(1, len(parameters) // 2 + 1):
        parameters["W" + str(l)] -= learning_rate * grads["dW" + str(l)]
        parameters["b" + str(l)] -= learning_rate * grads["db" + str(l)]
    return parameters


rng = np.random.RandomState(0)
X = rng.randn(3, 10)
Y = (X.sum(axis=0, keepdims=True) > 0).astype(float)
parameters = initialize([3, 6, 5, 1])
for i in range(20):
    AL, caches = forward(X, parameters)
    cost = compute_cost(AL, Y)
    grads = backward(AL, Y, caches, parameters)
    parameters = update(parameters, grads, 0.1)
    if i % 5 == 0:
        print(i, cost)
