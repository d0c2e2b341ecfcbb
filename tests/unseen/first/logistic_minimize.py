import numpy as np


def hypothesis(theta, X):
    return 1.0 / (1.0 + np.exp(-X.dot(theta)))


def cost(theta, X, y, lam=1.0):
    """
    theta : (n,) parameters
    X : (m, n) fixed
    y : (m,) binary fixed
    """
    h = hypothesis(theta, X)
    m = y.size
    J = -(y.dot(np.log(h)) + (1 - y).dot(np.log(1 - h))) / m
    return J + lam / (2 * m) * np.sum(theta[1:] ** 2)


def gradient(theta, X, y, lam=1.0):
    """
    theta : (n,) parameters
    X : (m, n) fixed
    y : (m,) binary fixed
    """
    m = y.size
    grad = X.T.dot(hypothesis(theta, X) - y) / m
    return grad


def train(X, y, lam=1.0):
    from scipy.optimize import minimize

    res = minimize(cost, np.zeros(X.shape[1]), args=(X, y, lam), jac=gradient)
    return res.x
