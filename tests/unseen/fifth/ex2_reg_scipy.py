"""Exercise 2 in Python: regularised logistic regression handed to scipy.optimize.minimize.

The first column of X is ones. res = minimize(cost, theta0, args=(X, y), jac=gradient)
gives 'Desired error not necessarily achieved due to precision loss'.
"""
import numpy as np

LAMBDA = 1.5


def hypothesis(theta, X):
    return 0.5 * (1.0 + np.tanh(0.5 * (X @ theta)))


# oracle: shapes theta: n, X: m n fixed, y: m binary
def cost(theta, X, y):
    m = len(y)
    z = X @ theta
    data = np.sum(np.logaddexp(0.0, z) - y * z) / m
    penalty = LAMBDA / (2 * m) * np.sum(theta[1:] ** 2)
    return data + penalty


def gradient(theta, X, y):
    m = len(y)
    grad = X.T @ (hypothesis(theta, X) - y) / m
    grad = grad + LAMBDA / m * theta
    return grad
