# Logistic regression, week 2: cost and gradients in one go.
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# oracle: shapes w: D 1, b: scalar, X: D m, Y: 1 m binary
def propagate(w, b, X, Y):
    """
    w -- weights, a column
    b -- bias, a number
    X -- data, one example per column
    Y -- 0/1 labels, a row
    """
    m = X.shape[1]

    # forward
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m

    # backward
    dA = (1 - Y) / (1 - A) - Y / A
    dZ = dA * A * (1 - A)
    dw = np.dot(X, dZ.T) / m
    db = np.sum(dZ) / m

    grads = {"dw": dw, "db": db}
    return grads, cost
