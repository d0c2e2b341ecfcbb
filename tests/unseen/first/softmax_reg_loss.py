import numpy as np


# oracle: shapes W: D C, X: N D, y: N labels(C)
def softmax_loss_vectorized(W, X, y, reg=0.05):
    """
    Softmax loss function, vectorized version.

    Returns a tuple of:
    - loss as single float
    - gradient with respect to weights W; an array of same shape as W
    """
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= scores.max(axis=1, keepdims=True)
    probs = np.exp(scores)
    probs /= probs.sum(axis=1, keepdims=True)

    loss = -np.log(probs[np.arange(num_train), y]).mean()
    loss += reg * np.sum(W * W)

    probs[np.arange(num_train), y] -= 1
    dW = X.T.dot(probs) / num_train + reg * W
    return loss, dW
