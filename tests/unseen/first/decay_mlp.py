import numpy as np

WEIGHT_DECAY = 1e-2


# oracle: shapes W1: D H, b1: H, W2: H C, b2: C, X: N D fixed, Y: N C onehot fixed
def mlp_loss_and_grads(params, X, Y):
    """Two-layer classifier with L2 on the weight matrices."""
    W1, b1 = params["W1"], params["b1"]
    W2, b2 = params["W2"], params["b2"]
    n = len(X)

    h = np.maximum(0, X @ W1 + b1)
    z = h @ W2 + b2
    z = z - z.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    loss = -(Y * logp).sum() / n
    loss += 0.5 * WEIGHT_DECAY * ((W1**2).sum() + (W2**2).sum())

    dz = (np.exp(logp) - Y) / n
    dh = dz @ W2.T
    dh[h == 0] = 0
    dW1 = X.T @ dh + WEIGHT_DECAY * W1
    db1 = dh.sum(axis=0)
    dW2 = h.T @ dz
    db2 = dz.mean(axis=0)
    return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
