import numpy as np

# Exercise 2: regularised logistic regression, to be fed to scipy.optimize.fmin_tnc.
# X already carries the column of ones, theta[0] is the intercept.


def hypothesis(theta, X):
    return 1 / (1 + np.exp(-X @ theta))


# oracle: shapes theta: n+1, X: m n+1 fixed, y: m binary
def cost(theta, X, y, lam=1.5):
    m = len(y)
    h = hypothesis(theta, X)
    J = -(y @ np.log(h) + (1 - y) @ np.log(1 - h)) / m
    J += lam / (2 * m) * np.sum(theta[1:] ** 2)
    return J


# oracle: shapes theta: n+1, X: m n+1 fixed, y: m binary
def gradient(theta, X, y, lam=1.5):
    m = len(y)
    grad = X.T @ (hypothesis(theta, X) - y) / m
    grad = grad + lam / m * theta
    return grad
