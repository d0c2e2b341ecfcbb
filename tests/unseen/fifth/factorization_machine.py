"""Second-order factorisation machine (Rendle 2010) for rating prediction, squared error."""
import numpy as np


# oracle: shapes w0: 1, w: p, V: p k, X: n p fixed, t: n fixed
def fm_loss_and_grads(w0, w, V, X, t):
    XV = X @ V                                   # (n, k)
    X2 = X * X
    pairwise = 0.5 * (XV ** 2 - X2 @ (V * V)).sum(axis=1)
    pred = w0 + X @ w + pairwise
    err = pred - t
    loss = 0.5 * np.mean(err ** 2)

    e = err / len(t)
    grads = {}
    grads["w0"] = np.array([e.sum()])
    grads["w"] = X.T @ e
    # d pairwise / d V[i,f] = x_i * sum_j V[j,f] x_j - V[i,f] x_i^2
    grads["V"] = X.T @ (e[:, None] * XV)
    return loss, grads
