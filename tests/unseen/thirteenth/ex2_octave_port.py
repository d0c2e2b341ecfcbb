# ex2_reg ported from Octave.  Use with scipy.optimize.minimize(fun=cost, jac=gradient, args=(X, y))
import numpy as np

LAMBDA = 0.7


def hypothesis(theta, X):
    return 1 / (1 + np.exp(-X @ theta))


# oracle: shapes theta: n, X: m n fixed, y: m binary
def cost(theta, X, y):
    m = y.size
    h = hypothesis(theta, X)
    J = -(y @ np.log(h) + (1 - y) @ np.log(1 - h)) / m
    J = J + LAMBDA / (2 * m) * (theta[1:] @ theta[1:])
    return J


# oracle: shapes theta: n, X: m n fixed, y: m binary
def gradient(theta, X, y):
    m = y.size
    h = hypothesis(theta, X)
    grad = X.T @ (h - y) / m
    grad = grad + LAMBDA / m * theta
    return grad
