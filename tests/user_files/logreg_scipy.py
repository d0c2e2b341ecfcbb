import numpy as np

LAMBDA = 1.5


def h(theta, X):
    return 1 / (1 + np.exp(-X @ theta))


# oracle: shapes theta: n+1, X: m n+1 fixed, y: m binary
def cost(theta, X, y):
    m = len(y)
    p = h(theta, X)
    penalty = LAMBDA / (2 * m) * np.sum(theta[1:] ** 2)
    return -(y @ np.log(p) + (1 - y) @ np.log(1 - p)) / m + penalty


def gradient(theta, X, y):
    m = len(y)
    grad = X.T @ (h(theta, X) - y) / m
    grad += LAMBDA / m * theta
    return grad
