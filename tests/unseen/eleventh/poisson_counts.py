"""Poisson regression for count data (doctor visits), log link and ridge on the slopes.

score:  X'(y - mu) / n   with mu = exp(a + X beta)
"""
import numpy as np


# oracle: shapes theta: P+1, X: n P, y: n positive
def cost(theta, X, y, ridge=0.3):
    a, beta = theta[0], theta[1:]
    eta = a + X @ beta
    return np.mean(np.exp(eta) - y * eta) + ridge / 2 * (beta @ beta)


def gradient(theta, X, y, ridge=0.3):
    n = y.size
    a, beta = theta[0], theta[1:]
    resid = np.exp(a + X @ beta) - y
    g = np.empty_like(theta)
    g[0] = resid.sum() / n
    g[1:] = X.T @ resid / n + ridge * beta
    return g
