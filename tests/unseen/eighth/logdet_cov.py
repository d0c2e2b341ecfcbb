import numpy as np


# oracle: shapes L: d d, X: n d
def mvn_loss_and_grad(L, X):
    """Negative log likelihood of zero mean data, covariance S = L L^T + I (any square L).

    dS  = 1/2 (S^-1 - S^-1 C S^-1) with C the second moment of the data,
    dL  = (dS + dS^T) L = 2 dS L
    """
    n, d = X.shape
    S = L @ L.T + np.eye(d)
    P = np.linalg.inv(S)
    emp = X.T @ X / n
    loss = 0.5 * (np.linalg.slogdet(S)[1] + np.sum(P * emp))
    G = P - P @ emp @ P
    dL = G @ L
    return loss, dL
