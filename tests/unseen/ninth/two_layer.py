import numpy as np


# oracle: shapes X: N D, W1: D H, b1: H, W2: H C, b2: C, y: N labels(C)
def two_layer_loss_and_grads(X, W1, b1, W2, b2, y, reg=0.2):
    """affine - relu - affine - softmax, with 0.5 * reg * ||W||^2 on both weights."""
    N, D = X.shape

    # ---- forward pass ----
    hidden = np.maximum(0, X.dot(W1) + b1)
    scores = hidden.dot(W2) + b2

    shifted = scores - scores.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    data_loss = -log_probs[range(N), y].mean()
    reg_loss = 0.5 * reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
    loss = data_loss + reg_loss

    # ---- backward pass ----
    grads = {}
    dscores = np.exp(log_probs)
    dscores[range(N), y] -= 1
    dscores /= N

    grads['W2'] = hidden.T.dot(dscores)  # H x C
    grads['b2'] = dscores.sum(axis=0)

    dhidden = dscores.dot(W2.T)
    dhidden[hidden <= 0] = 0
    grads['W1'] = X.T.dot(dhidden) + reg * W1
    grads['b1'] = dhidden.sum(axis=0)

    return loss, grads
