# res = scipy.optimize.minimize(cost, theta0, jac=gradient, args=(X, y), method="BFGS")
import numpy as np


# oracle: shapes theta: k, X: m k fixed, y: m fixed
def cost(theta, X, y, ridge=0.9):
    m = y.size
    res = X.dot(theta) - y
    return (res.dot(res) + ridge * theta.dot(theta)) / (2 * m)


def gradient(theta, X, y, ridge=0.9):
    m = y.size
    res = X.dot(theta) - y
    g = X.T.dot(res) / m
    g = g + ridge * theta
    return g
