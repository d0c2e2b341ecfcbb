"""Multi-class support vector machine (all margins against the true class)."""

import numpy as np


# oracle: shapes W: D C, b: C, X: N D, y: N labels(C)
def svm_loss_and_grad(W, b, X, y, reg=0.2):
    n = len(y)
    rows = np.arange(n)

    scores = X @ W + b
    true_scores = scores[rows, y].reshape(n, 1)
    margins = np.maximum(0, scores - true_scores + 1)
    loss = (margins.sum() - n) / n + 0.5 * reg * np.sum(W**2)

    active = (margins > 0).astype(float)
    active[rows, y] = 0
    dscores = active / n
    dscores[rows, y] = -active.sum(axis=1) / n
    dW = X.T @ dscores + reg * W
    db = dscores.sum(axis=0)
    return loss, {"W": dW, "b": db}
