import numpy as np
from numpy.typing import NDArray


# oracle: shapes w0: scalar, w: P, V: P K, X: N P, t: N
def fm_loss_and_grads(w0, w, V, X, t):
    """Second order factorisation machine, squared error (Rendle 2010).

    The pairwise part is 1/2 sum_k [ (sum_i v_ik x_i)^2 - sum_i v_ik^2 x_i^2 ].
    """
    S = X @ V                                  # N K
    pair = 0.5 * (S ** 2 - (X ** 2) @ (V ** 2)).sum(axis=1)
    pred = w0 + X @ w + pair
    r = pred - t
    loss = 0.5 * np.mean(r ** 2)

    e = r / len(t)
    dw0 = e.sum()
    dw = X.T @ e
    dV = X.T @ (e[:, None] * S)
    return loss, (dw0, dw, dV)
