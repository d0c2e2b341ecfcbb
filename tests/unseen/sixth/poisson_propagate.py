import numpy as np

LAMBD = 0.3


# oracle: shapes w: n 1, b: scalar, X: n m, Y: 1 m positive
def propagate(w, b, X, Y):
    """
    Poisson regression with log link, column samples, ridge penalty on w.

    Arguments:
    w -- weights, numpy array of shape (n, 1)
    b -- bias, a scalar
    X -- data of shape (n, m)
    Y -- counts of shape (1, m)

    Return:
    grads -- gradients dw, db
    cost -- mean Poisson deviance (up to constants) + LAMBD/2 ||w||^2
    """
    m = X.shape[1]

    eta = np.dot(w.T, X) + b
    rate = np.exp(eta)
    cost = np.sum(rate - Y * eta) / m + LAMBD / 2 * np.sum(np.square(w))

    deta = (rate - Y) / m
    dw = np.dot(X, deta.T)
    db = np.sum(deta)

    grads = {"dw": dw, "db": db}
    return grads, cost
