import numpy as np


def sigmoid(z):
    s = 1.0 / (1.0 + np.exp(-z))
    return s


# oracle: shapes Y: 1 m binary
def propagate(w, b, X, Y):
    """
    Implement the cost function and its gradient for the propagation explained above

    Arguments:
    w -- weights, a numpy array of shape (n, 1)
    b -- bias, a numpy array of shape (1, 1)
    X -- data of shape (n, m)
    Y -- true "label" vector (0 if non-cat, 1 if cat) of shape (1, m)

    Return:
    grads -- dictionary with dw and db
    cost -- negative log-likelihood cost for logistic regression
    """
    m = X.shape[1]

    # FORWARD PROPAGATION (FROM X TO COST)
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m

    # BACKWARD PROPAGATION (TO FIND GRAD)
    dw = np.dot(X, (A - Y).T) / m
    db = np.sum(A - Y, keepdims=True)

    grads = {"dw": dw, "db": db}
    return grads, cost
