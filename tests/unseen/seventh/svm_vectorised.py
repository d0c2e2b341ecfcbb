import numpy as np

DELTA = 1.0


# oracle: shapes W: D C, X: N D fixed, y: N labels(C)
def svm_loss_vectorized(W, X, y, reg=0.05):
    N = X.shape[0]
    rows = np.arange(N)

    s = X.dot(W)
    correct = s[rows, y][:, None]
    margins = np.maximum(0, s - correct + DELTA)
    margins[rows, y] = 0
    loss = margins.sum() / N + 0.5 * reg * (W ** 2).sum()

    ds = (margins > 0) / N
    ds[rows, y] = -1.0 / N
    dW = X.T.dot(ds) + reg * W
    return loss, dW
