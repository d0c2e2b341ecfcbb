import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# oracle: shapes w: n 1, b: scalar, X: n m fixed, Y: 1 m binary
def propagate(w, b, X, Y):
    """
    Arguments:
    w -- weights, of shape (n, 1)
    b -- bias, a scalar
    X -- data of shape (n, m)
    Y -- true "label" vector of shape (1, m)

    Return:
    grads -- dictionary with "dw" and "db"
    cost -- negative log-likelihood cost for logistic regression
    """
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))

    dw = 1 / m * np.dot(X, (Y - A).T)
    db = 1 / m * np.sum(A - Y)

    grads = {"dw": dw, "db": db}
    return grads, cost
