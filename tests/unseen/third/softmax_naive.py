import numpy as np


# oracle: shapes W: D C, X: N D fixed, y: N labels(C)
def softmax_loss_naive(W, X, y, reg=0.4):
    """Softmax loss with explicit loops."""
    loss = 0.0
    dW = np.zeros_like(W)
    N = X.shape[0]
    C = W.shape[1]

    for i in range(N):
        f = X[i] @ W
        f = f - np.max(f)                       # stability
        e = np.exp(f)
        p = e / np.sum(e)
        loss = loss - np.log(p[y[i]])
        for j in range(C):
            dW[:, j] += (p[j] - (j == y[i])) * X[i]

    loss /= N
    dW /= N

    loss += reg * np.sum(W * W)
    dW += reg * W
    return loss, dW
