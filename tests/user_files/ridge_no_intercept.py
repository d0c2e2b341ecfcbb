import numpy as np


# oracle: shapes w: D, b: scalar, X: N D fixed, y: N fixed
def ridge_loss_and_grad(w, b, X, y):
    n = len(y)
    r = X @ w + b - y
    loss = r @ r / n + 0.1 * np.sum(w**2)
    dw = 2 * X.T @ r / n + 0.2 * w
    db = 2 * r.sum() / n
    return loss, (dw, db)
