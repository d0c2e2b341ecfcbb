"""Cox proportional hazards, Breslow, no ties.

Rows have to come sorted by decreasing survival time, so that the risk set of row i
is rows 0..i.
"""
import numpy as np


# oracle: shapes beta: p, X: n p fixed, event: n binary fixed
def cox_loss_and_grad(beta, X, event):
    n = X.shape[0]
    eta = X @ beta
    top = np.max(eta)
    r = np.exp(eta - top)
    S0 = np.cumsum(r)
    nll = -np.sum(event * (eta - top - np.log(S0))) / n

    S1 = np.cumsum(r[:, None] * X, axis=0)
    Xbar = S1 / S0[:, None]
    grad = -np.sum(event[:, None] * (X - Xbar), axis=0)
    return nll, grad
