"""Linear regression with explicit loops, first week."""
import numpy as np


def regression_loss_and_grad(w, b, X, y):
    """
    w: (D,)
    b: (1,)
    X: (N, D) fixed
    y: (N,) fixed
    """
    N, D = X.shape
    loss = 0.0
    dw = np.zeros(D)
    db = np.zeros(1)
    for i in range(N):
        e = float(np.dot(X[i], w) + b[0] - y[i])
        loss += e * e
        for j in range(D):
            dw[j] = 2 * e * X[i, j] / N
        db[0] += e / N
    return loss / N, (dw, db)
