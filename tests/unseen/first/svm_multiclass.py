import numpy as np


# oracle: shapes W: D C, X: N D, y: N labels(C)
def svm_loss_vectorized(W, X, y, reg=1e-2):
    n = X.shape[0]
    rows = np.arange(n)
    scores = X @ W
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1.0)
    margins[rows, y] = 0
    loss = margins.sum() / n + reg * (W**2).sum()

    hit = (margins > 0).astype(X.dtype)
    hit[rows, y] = -hit.sum(axis=1)
    dW = X.T @ hit / n
    dW += 2 * reg * W
    return loss, dW
