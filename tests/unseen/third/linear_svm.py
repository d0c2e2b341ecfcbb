from builtins import range
import numpy as np


# oracle: shapes W: D C, X: N D fixed, y: N labels(C)
def svm_loss_vectorized(W, X, y, reg=0.25):
    """
    Structured SVM loss, vectorized implementation.

    Inputs: weights W, minibatch X, labels y, regularization strength reg.
    Returns a tuple of loss and gradient with respect to W.
    """
    num_train = X.shape[0]
    rows = np.arange(num_train)

    scores = X.dot(W)
    correct = scores[rows, y].reshape(-1, 1)
    hinge = np.maximum(0, scores - correct + 1.0)
    hinge = np.where(np.arange(W.shape[1]) == y[:, None], 0.0, hinge)
    loss = hinge.sum() / num_train + reg * np.sum(W * W)

    # every class that violates the margin pulls on its own column
    dscores = (hinge > 0).astype(X.dtype)
    dW = X.T.dot(dscores) / num_train + 2 * reg * W
    return loss, dW
