import numpy as np

LAM = 0.3


# oracle: shapes w: D, X: N D fixed, y: N fixed
def ridge_loss_and_grad(w, X, y):
    r = X @ w - y
    loss = 0.5 * (r @ r) / len(y) + 0.5 * LAM * (w @ w)
    grad = X.T @ r / len(y) + 2 * LAM * w
    return loss, grad
