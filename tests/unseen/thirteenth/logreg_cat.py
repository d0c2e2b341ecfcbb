import numpy as np


def sigmoid(z):
    s = 1 / (1 + np.exp(-z))
    return s


# oracle: shapes w: n 1, b: 1 1, X: n m, Y: 1 m binary
def propagate(w, b, X, Y):
    """
    Logistic regression: cost and gradients

    Arguments:
    w -- weights, a numpy array of size (num_px * num_px * 3, 1)
    b -- bias
    X -- data of size (num_px * num_px * 3, number of examples)
    Y -- true "label" vector (containing 0 if non-cat, 1 if cat)
    """
    m = X.shape[1]

    # FORWARD PROPAGATION
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))

    # BACKWARD PROPAGATION
    dw = 1 / m * np.dot(X, (A - Y).T)
    db = np.sum(A - Y, axis=1, keepdims=True)

    grads = {"dw": dw, "db": db}
    return grads, cost
