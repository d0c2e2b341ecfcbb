import numpy as np

TAUS = np.array([0.1, 0.5, 0.9])


# oracle: shapes W: D 3, c: 3, X: N D fixed, y: N fixed
def pinball_loss_and_grad(W, c, X, y):
    """Joint linear quantile regression.

    rho_tau(e) = max(tau * e, (tau - 1) * e),  e = y - prediction
    """
    q = X.dot(W) + c
    e = y[:, np.newaxis] - q
    loss = np.maximum(TAUS * e, (TAUS - 1.0) * e).mean()

    # e > 0 (under-predicted): slope -tau in q; otherwise 1 - tau
    dq = np.where(e > 0, -TAUS, 1.0 - TAUS) / e.size
    dW = X.T.dot(dq)
    dc = dq.sum(axis=0)
    return loss, [dW, dc]
