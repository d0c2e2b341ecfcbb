import numpy as np


# oracle: shapes X: N D fixed, y: N binary, w0: 1, w: D, V: D K
def fm_loss_and_grad(X, y, w0, w, V, lam=0.1):
    """Logistic loss of a second-order factorisation machine.

    score = w0 + X w + 1/2 sum_k [(X V)_k^2 - (X^2)(V^2)_k]
    """
    n = X.shape[0]
    XV = X @ V
    score = w0 + X @ w + 0.5 * (XV ** 2 - (X ** 2) @ (V ** 2)).sum(axis=1)
    loss = np.mean(np.log(1 + np.exp(score)) - y * score) + 0.5 * lam * np.sum(V ** 2)

    p = 1 / (1 + np.exp(-score))
    r = (p - y) / n
    dw0 = r.sum(keepdims=True)
    dw = X.T @ r
    cross = X.T @ (r[:, None] * XV)
    own = ((X ** 2).T @ r)[:, None] * V
    dV = cross - own + lam * V
    return loss, {"w0": dw0, "w": dw, "V": dV}
