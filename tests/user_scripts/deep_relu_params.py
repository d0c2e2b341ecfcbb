# -*- coding: utf-8 -*-
# L-layer network, relu hidden layers, sigmoid at the end. Course homework, columns are examples.
import numpy as np


def initialize_parameters_deep(layer_dims):
    np.random.seed(3)
    parameters = {}
    L = len(layer_dims)
    for l in range(1, L):
        parameters['W' + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * np.sqrt(2 / layer_dims[l - 1])
        parameters['b' + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def relu(Z):
    return np.maximum(0, Z)


def L_model_forward(X, parameters):
    caches = []
    A = X
    L = len(parameters) // 2
    for l in range(1, L):
        A_prev = A
        Z = parameters['W' + str(l)].dot(A_prev) + parameters['b' + str(l)]
        A = relu(Z)
        caches.append((A_prev, Z))
    Z = parameters['W' + str(L)].dot(A) + parameters['b' + str(L)]
    caches.append((A, Z))
    AL = 1 / (1 + np.exp(-Z))
    return AL, caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    cost = (1. / m) * (-np.dot(Y, np.log(AL).T) - np.dot(1 - Y, np.log(1 - AL).T))
    cost = np.squeeze(cost)
    return cost


def L_model_backward(AL, Y, caches, parameters):
    grads = {}
    L = len(caches)
    m = AL.shape[1]
    dAL = - (np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    A_prev, Z = caches[L - 1]
    dZ = dAL * AL * (1 - AL)
    grads["dW" + str(L)] = 1. / m * np.dot(dZ, A_prev.T)
    grads["db" + str(L)] = 1. / m * np.sum(dZ, axis=1, keepdims=True)
    dA = np.dot(parameters["W" + str(L)].T, dZ)
    for l in reversed(range(L - 1)):
        A_prev, Z = caches[l]
        dZ = np.array(dA, copy=True)
        dZ[Z <= 0] = 0
        grads["dW" + str(l + 1)] = 1. / m * np.dot(dZ, A_prev.T)
        grads["db" + str(l + 1)] = 1. / m * np.sum(dZ, axis=1, keepdims=True)
        dA = np.dot(parameters["W" + str(l + 1)].T, dZ)
    return grads


def update_parameters(parameters, grads, learning_rate):
    L = len(parameters) // 2
    for l in range(L):
        parameters["W" + str(l + 1)] = parameters["W" + str(l + 1)] - learning_rate * grads["dW" + str(l + 1)]
        parameters["b" + str(l + 1)] = parameters["b" + str(l + 1)] - learning_rate * grads["db" + str(l + 1)]
    return parameters


if __name__ == "__main__":
    np.random.seed(1)
    X = np.random.randn(4, 11)
    Y = (np.sum(X**2, axis=0, keepdims=True) > 4).astype(int)
    parameters = initialize_parameters_deep([4, 6, 5, 1])
    costs = []
    for i in range(0, 60):
        AL, caches = L_model_forward(X, parameters)
        cost = compute_cost(AL, Y)
        grads = L_model_backward(AL, Y, caches, parameters)
        parameters = update_parameters(parameters, grads, 0.075)
        if i % 20 == 0:
            print("Cost after iteration {}: {}".format(i, cost))
            costs.append(cost)
    print("train accuracy", np.mean((L_model_forward(X, parameters)[0] > 0.5) == Y))
