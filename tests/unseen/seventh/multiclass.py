import numpy as np


def log_softmax(z):
    z = z - np.max(z, axis=1, keepdims=True)
    return z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))


# oracle: shapes W: C D, b: C, X: N D fixed, Y: N C onehot
def loss_and_grad(W, b, X, Y, weight_decay=1e-2):
    n = X.shape[0]
    logp = log_softmax(X @ W.T + b)
    loss = -(Y * logp).sum() / n + 0.5 * weight_decay * (W * W).sum()
    dlogits = np.exp(logp) - Y
    dlogits /= n
    return loss, (dlogits.T @ X + weight_decay * W, np.add.reduce(dlogits, 0))
