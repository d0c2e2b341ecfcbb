import numpy as np


# oracle: shapes X: N D, y: N labels(C), W1: D H, b1: H, W2: H C, b2: C
def two_layer_loss(X, y, W1, b1, W2, b2, reg=0.25):
    """
    Fully connected - ReLU - fully connected - softmax.

    Returns:
    - loss: data loss plus L2 regularization of both weight matrices
    - grads: dictionary of gradients with respect to the parameters
    """
    N, D = X.shape

    # forward pass
    hidden = np.maximum(0, X.dot(W1) + b1)
    scores = hidden.dot(W2) + b2

    scores = scores - np.max(scores, axis=1, keepdims=True)
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    loss = np.sum(-np.log(probs[np.arange(N), y])) / N
    loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

    # backward pass
    grads = {}
    dscores = probs.copy()
    dscores[np.arange(N), y] -= 1
    dscores /= N

    grads["W2"] = hidden.T.dot(dscores) + 2 * reg * W2
    grads["b2"] = np.sum(dscores, axis=0)

    dhidden = dscores.dot(W2.T)
    dhidden[hidden <= 0] = 0

    grads["W1"] = X.T.dot(dhidden)
    grads["b1"] = np.sum(dhidden, axis=0)

    return loss, grads
