import numpy as np


# oracle: shapes W: D C, X: N D, y: N labels(C)
def softmax_loss_naive(W, X, y, reg=0.3):
    """Softmax loss of a linear classifier, with explicit loops.

    Returns a tuple of
    - loss as a single float
    - gradient with respect to the weights W; an array of the same shape as W
    """
    loss = 0.0
    dW = np.zeros_like(W)
    num_train = X.shape[0]
    num_classes = W.shape[1]

    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss = loss - np.log(p[y[i]])
        for k in range(num_classes):
            dW[:, k] += (p[k] - (k == y[i])) * X[i]

    loss = loss / num_train + reg * np.sum(W * W)
    dW = dW / num_train + 2 * reg * W
    return loss, dW
