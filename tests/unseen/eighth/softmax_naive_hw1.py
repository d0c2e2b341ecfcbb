import numpy as np


# oracle: shapes W: D C, X: N D, y: N labels(C)
def softmax_loss_naive(W, X, y, reg=0.15):
    """Softmax loss function, naive implementation (with loops).

    Inputs have dimension D, there are C classes, and we operate on minibatches
    of N examples.

    Returns a tuple of:
    - loss as single float
    - gradient with respect to weights W; an array of same shape as W
    """
    loss = 0.0
    dW = np.zeros_like(W)
    num_train = X.shape[0]
    num_classes = W.shape[1]

    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)        # numeric stability
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            dscore = p[j] - (1.0 if j == y[i] else 0.0)
            dW[:, j] += dscore * X[i]

    # average over the training set, then add the weight penalty
    loss /= num_train
    loss += reg * np.sum(W * W)

    dW /= num_train
    dW += reg * W

    return loss, dW
