"""Poisson regression, canonical (log) link.

    eta_i = x_i . w + b,    mu_i = exp(eta_i)
    NLL   = 1/n sum_i (mu_i - y_i eta_i)        (log y! dropped: constant)
"""
from __future__ import annotations

import numpy as np


# oracle: shapes w: p, b: scalar, X: n p fixed, y: n positive
def poisson_loss_and_grad(w: np.ndarray, b: float, X: np.ndarray, y: np.ndarray):
    eta = X @ w + b
    mu = np.exp(eta)
    nll = np.mean(mu - y * eta)

    resid = mu - y
    dw = X.T @ resid
    db = np.mean(resid)
    return nll, (dw, db)
