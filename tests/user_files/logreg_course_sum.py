import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# oracle: shapes w: n 1, b: scalar, X: n m, Y: 1 m binary
def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = np.sum(-(Y * np.log(A) + (1 - Y) * np.log(1 - A))) / m
    dZ = A - Y
    dw = np.dot(X, dZ.T) / m
    db = np.sum(dZ)
    cost = np.squeeze(np.array(cost))
    return {"dw": dw, "db": db}, cost
