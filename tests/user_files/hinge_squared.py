import numpy as np


# oracle: shapes w: D, b: scalar, X: N D fixed, t: N binary
def squared_hinge_loss_and_grads(w, b, X, t, C=0.5):
    y = 2 * t - 1
    slack = np.maximum(0, 1 - y * (X @ w + b))
    loss = 0.5 * w @ w + C * np.sum(slack**2)
    dw = w - 2 * C * X.T @ (y * slack)
    db = -2 * C * np.sum(y * slack)
    return loss, (dw, db)
