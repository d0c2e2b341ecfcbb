import numpy as np


# oracle: shapes w: D, b: scalar, X: N D fixed, y: N binary
def logistic_loss_and_grad(w, b, X, y, lam=0.3):
    """Binary logistic regression; the bias is left out of the penalty.

    loss = mean BCE + lam/2 * |w|^2
    """
    n = len(y)
    z = X.dot(w) + b
    p = 1 / (1 + np.exp(-z))
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + lam / 2 * np.sum(w ** 2)

    err = p - y
    dw = X.T.dot(err) / n + lam * w
    db = err.sum() / n + lam * b
    return loss, {"dw": dw, "db": db}
