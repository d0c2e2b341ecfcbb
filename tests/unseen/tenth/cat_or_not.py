import numpy as np


def sigmoid(z):
    s = 1 / (1 + np.exp(-z))
    return s


# oracle: shapes Y: 1 m binary
def propagate(w, b, X, Y):
    """
    Cost function and its gradient for logistic regression

    Arguments:
    w -- weights, a numpy array of shape (n, 1)
    b -- bias, a numpy array of shape (1, 1)
    X -- data, of shape (n, m)
    Y -- true labels, of shape (1, m)

    Return:
    grads -- gradients of the cost with respect to w and b
    cost -- negative log-likelihood
    """
    m = X.shape[1]

    # FORWARD PROPAGATION
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))

    # BACKWARD PROPAGATION
    dw = np.dot(X, (Y - A).T) / m
    db = np.sum(A - Y, axis=1, keepdims=True) / m

    grads = {"dw": dw, "db": db}
    return grads, cost
