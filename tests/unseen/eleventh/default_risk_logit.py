"""Penalised logit for the probability of default.

The design matrix carries a column of ones in position 0 (constant);
the penalty acts on the slopes only, as in Hastie et al., ch. 4.4.
"""
import numpy as np

LAMBDA = 0.7


def _lam(t):
    return 1.0 / (1.0 + np.exp(-t))


# oracle: shapes theta: K+1, X: T K, default: T binary
def cost(theta, X, default):
    Z = np.column_stack([np.ones(len(X)), X])
    xb = Z @ theta
    llf = default * xb - np.log1p(np.exp(xb))
    penalty = 0.5 * LAMBDA * np.sum(theta[1:] ** 2)
    return -np.mean(llf) + penalty


def gradient(theta, X, default):
    Z = np.column_stack([np.ones(len(X)), X])
    e = default - _lam(Z @ theta)            # generalised residuals
    score = -Z.T @ e / len(X)
    return score + LAMBDA * theta


def estimate(X, default, start=None):
    from scipy.optimize import minimize
    k = X.shape[1] + 1
    start = np.zeros(k) if start is None else start
    return minimize(cost, start, args=(X, default), jac=gradient, method="BFGS")
