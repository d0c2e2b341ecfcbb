from builtins import range
import numpy as np


# oracle: shapes W: D C, X: N D, y: N labels(C)
def softmax_loss_vectorized(W, X, y, reg=0.1):
    """
    Softmax loss function, vectorized version.

    Inputs and outputs are the same as softmax_loss_naive.
    """
    # Initialize the loss and gradient to zero.
    loss = 0.0
    dW = np.zeros_like(W)

    N = X.shape[0]
    scores = X @ W
    scores -= np.max(scores, axis=1, keepdims=True)   # numeric stability
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)

    loss = -np.sum(np.log(probs[np.arange(N), y])) / N
    loss += reg * np.sum(W * W)

    probs[np.arange(N), y] -= 1
    dW = X.T @ probs / N + reg * W

    return loss, dW
