import numpy as np

# oracle: shapes W: D C, X: N D, y: N labels(C)
def svm_loss(W, X, y, reg=1e-1, delta=1.0):
    # multiclass hinge: L_i = sum_{j != y_i} max(0, s_j - s_{y_i} + delta)
    dW = np.zeros(W.shape)
    N = X.shape[0]
    C = W.shape[1]
    loss = 0.0
    for i in range(N):
        s = X[i] @ W
        right = s[y[i]]
        for j in range(C):
            if j == y[i]:
                continue
            margin = s[j] - right + delta
            if margin > 0:
                loss += margin
                dW[:, j] += X[i]
        dW[:, y[i]] -= X[i]
    loss = loss / N + 0.5 * reg * np.sum(W ** 2)
    dW = dW / N + reg * W
    return loss, dW
