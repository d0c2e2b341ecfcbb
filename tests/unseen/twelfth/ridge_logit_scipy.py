"""Logistic regression with targets in {-1, +1}, fitted by scipy.optimize.minimize(cost, jac=gradient)."""
import numpy as np

GAMMA = 0.4


# oracle: shapes theta: d, X: n d fixed, y: n fixed
def cost(theta, X, y):
    margin = y * (X @ theta)
    return np.mean(np.logaddexp(0.0, -margin)) + 0.5 * GAMMA * (theta @ theta)


def gradient(theta, X, y):
    margin = y * (X @ theta)
    p = 1.0 / (1.0 + np.exp(margin))
    return -(X.T @ (y * p)) / len(y)


def fit(X, y):
    from scipy.optimize import minimize
    start = np.zeros(X.shape[1])
    return minimize(cost, start, args=(X, y), jac=gradient, method="L-BFGS-B").x
