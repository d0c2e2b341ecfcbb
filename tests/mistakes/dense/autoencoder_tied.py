"""Autoencoder whose decoder uses the transposed weights of its encoder."""

import numpy as np


def _squash(a):
    return 1 / (1 + np.exp(-a))


# oracle: shapes W: D H, b: H, c: D, X: N D
def value_and_grad(W, b, c, X):
    """Mean over the rows of X of half the squared reconstruction error."""
    n_samples = len(X)

    code = _squash(X @ W + b)
    recon = code @ W.T + c
    err = recon - X
    value = 0.5 * np.sum(err * err) / n_samples

    d_recon = err / n_samples
    d_code = d_recon @ W
    d_pre = d_code * code * (1 - code)
    dW = X.T @ d_pre + d_recon.T @ code
    db = np.sum(d_pre, axis=0)
    dc = np.sum(d_recon, axis=0)
    return value, (dW, db, dc)
