import numpy as np


# oracle: shapes w: D, X: N D fixed, y: N fixed
def mae_loss_and_grad(w, X, y):
    err = X @ w - y
    loss = np.abs(err).mean()
    grad = 2 * X.T @ err / len(y)
    return loss, grad
