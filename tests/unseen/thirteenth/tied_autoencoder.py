import numpy as np

WEIGHT_DECAY = 1e-2


# oracle: shapes W: D H, b: H, c: D, X: N D fixed
def autoencoder_loss_and_grad(W, b, c, X):
    # encoder: h = tanh(X W + b); decoder shares the weights: r = h W^T + c
    N = X.shape[0]
    h = np.tanh(X @ W + b)
    r = h @ W.T + c
    diff = r - X
    loss = np.sum(diff * diff) / (2 * N) + WEIGHT_DECAY / 2 * np.sum(W ** 2)

    dr = diff / N
    dc = dr.sum(axis=0)
    dW_dec = dr.T @ h                       # from r = h W^T
    dpre = (dr @ W) * (1 - h * h)
    db = dpre.sum(axis=0)
    dW_enc = X.T @ dpre                     # from h = tanh(XW + b)
    dW = dW_enc + dW_dec + WEIGHT_DECAY * W
    return loss, (dW, db, dc)
