"""Ridge regression for scipy.optimize.minimize(cost, theta0, jac=gradient)."""
import numpy as np

_rs = np.random.RandomState(4)
X = np.c_[np.ones(12), _rs.randn(12, 3)]
y = _rs.randn(12)
LAMBDA = 2.0


# oracle: shapes theta: 4
def cost(theta):
    m = len(y)
    h = X @ theta
    return np.sum((h - y) ** 2) / (2 * m) + LAMBDA / (2 * m) * np.sum(theta[1:] ** 2)


# oracle: shapes theta: 4
def gradient(theta):
    m = len(y)
    grad = X.T @ (X @ theta - y) / m
    grad[1:] += LAMBDA * theta[1:]
    return grad
