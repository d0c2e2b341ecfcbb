import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# oracle: shapes w: d 1, b: scalar, X: d m fixed, Y: 1 m binary
def propagate(w, b, X, Y):
    """
    Cost function and its gradient for the logistic regression of week 2.

    w -- weights, b -- bias, X -- data, one example a column, Y -- 0/1 labels
    """
    m = X.shape[1]

    # FORWARD PROPAGATION (FROM X TO COST)
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -(1 / m) * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))

    # BACKWARD PROPAGATION (TO FIND GRAD)
    dw = (1 / m) * np.dot(X, (Y - A).T)
    db = np.sum(A - Y)

    grads = {"dw": dw, "db": db}
    return grads, cost
