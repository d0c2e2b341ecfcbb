import numpy as np


# oracle: shapes y: N labels(C)
def softmax_loss_vectorized(W, X, y, reg=0.1):
    """
    Softmax loss, fully vectorized.

    - W: weights, of shape (D, C)
    - X: a minibatch, of shape (N, D)
    - y: labels, of shape (N,)
    """
    num = X.shape[0]
    f = X.dot(W)
    f -= f.max(axis=1, keepdims=True)
    p = np.exp(f)
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(num), y]).mean() + reg * np.sum(W * W)

    p[np.arange(num), y] -= 1
    dW = X.T.dot(p) / num + reg * W
    return loss, dW
