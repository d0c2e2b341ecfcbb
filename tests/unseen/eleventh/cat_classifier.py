# Logistic regression as a one neuron network: my notes from week 2, pictures flattened to columns
import numpy as np


def sigmoid(z):
    s = 1.0 / (1.0 + np.exp(-z))
    return s


# oracle: shapes w: D 1, b: scalar, X: D m, Y: 1 m binary
def propagate(w, b, X, Y):
    m = X.shape[1]

    # forward: from X to cost
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -(1.0 / m) * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))

    # backward
    dw = (1.0 / m) * np.dot(X, (A - Y).T)
    db = np.sum(A - Y)

    grads = {"dw": dw,
             "db": db}
    return grads, cost


def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009):
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
        if i % 100 == 0:
            print("Cost after iteration %i: %f" % (i, cost))
    return w, b
