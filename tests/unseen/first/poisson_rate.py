"""Poisson regression, log link. Claims per policy."""
import numpy as np


def poisson_loss_and_grad(w, X, y):
    """
    w : (D,) coefficients
    X : (N, D) fixed design matrix
    y : (N,) positive counts, fixed
    """
    eta = X @ w
    mu = np.exp(eta)
    loss = np.mean(mu - y * eta)
    deta = (1 - y / mu) / len(y)
    dw = X.T @ deta
    return loss, dw
