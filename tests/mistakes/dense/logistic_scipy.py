"""Regularised logistic regression for scipy.optimize.minimize(cost, theta, jac=gradient)."""

import numpy as np


# oracle: shapes theta: D+1, X: N D, y: N binary
def cost(theta, X, y, lam=0.7):
    """theta[0] is the intercept; the penalty leaves it alone."""
    m = len(y)
    z = theta[0] + X @ theta[1:]
    nll = np.logaddexp(0, z) - y * z
    return nll.sum() / m + lam / (2 * m) * np.sum(theta[1:] ** 2)


# oracle: shapes theta: D+1, X: N D, y: N binary
def gradient(theta, X, y, lam=0.7):
    m = len(y)
    z = theta[0] + X @ theta[1:]
    h = 1 / (1 + np.exp(-z))
    err = h - y
    grad = np.empty_like(theta)
    grad[0] = err.mean()
    grad[1:] = X.T @ err / m
    grad[1:] += lam / m * theta[1:]
    return grad
