import numpy as np


def sigmoid(z):
    """
    Compute the sigmoid of z
    """
    s = 1 / (1 + np.exp(-z))
    return s


# oracle: shapes w: D 1, b: scalar, X: D m, Y: 1 m binary
def propagate(w, b, X, Y):
    """
    Arguments:
    w -- weights, a numpy array of size (num_px * num_px * 3, 1)
    b -- bias, a scalar
    X -- data of size (num_px * num_px * 3, number of examples)
    Y -- true "label" vector (containing 0 if non-cat, 1 if cat)

    Return:
    grads -- dictionary containing the gradients of the weights and bias
    cost -- negative log-likelihood cost for logistic regression
    """
    m = X.shape[1]

    # FORWARD PROPAGATION (FROM X TO COST)
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))

    # BACKWARD PROPAGATION (TO FIND GRAD)
    dw = 1 / m * np.dot(X, (A - Y).T)
    db = np.sum(A - Y)

    cost = np.squeeze(cost)
    grads = {"dw": dw, "db": db}

    return grads, cost
