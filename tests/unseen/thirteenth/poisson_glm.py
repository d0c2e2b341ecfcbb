"""Poisson regression with log link and exposure, for the claims data set."""
import numpy as np


def linear_predictor(w, b, X, log_exposure):
    return X @ w + b + log_exposure


def poisson_loss_and_grad(w, b, X, y, log_exposure):
    """Mean negative log likelihood (constant log y! left out) and its gradient.

    Parameters
    ----------
    w : ndarray of shape (D,)
    b : ndarray of shape (1,)
    X : ndarray of shape (N, D)
    y : ndarray of shape (N,)
        observed counts
    log_exposure : ndarray of shape (N,)
    """
    n = len(y)
    eta = linear_predictor(w, b, X, log_exposure)
    mu = np.exp(eta)
    nll = np.sum(mu - y * eta) / n
    residual = eta - y
    grad_w = X.T @ residual / n
    grad_b = np.array([residual.sum() / n])
    return nll, {"w": grad_w, "b": grad_b}
