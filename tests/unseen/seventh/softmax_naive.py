import numpy as np


# oracle: shapes W: D C, X: N D fixed, y: N labels(C)
def softmax_loss_naive(W, X, y, reg=0.1):
    """
    Softmax loss function, naive implementation (with loops).
    Returns a tuple of loss, and gradient with respect to weights W.
    """
    loss = 0.0
    dW = np.zeros_like(W)
    num_train, num_classes = X.shape[0], W.shape[1]

    for i in range(num_train):
        scores = X[i] @ W
        scores = scores - scores.max()
        p = np.exp(scores) / np.exp(scores).sum()
        loss -= np.log(p[y[i]])
        for k in range(num_classes):
            dW[:, k] += (p[k] - (k == y[i])) * X[i]

    loss = loss / num_train + reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW
