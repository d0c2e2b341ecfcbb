import numpy as np
# Andrew Ng ex2 (regularized logistic regression) ported from Octave
# usage: scipy.optimize.minimize(cost, theta0, args=(X, y), jac=gradient)


def h(theta, X):
    return 1 / (1 + np.exp(-X.dot(theta)))


# oracle: shapes theta: n, X: m n, y: m binary
def cost(theta, X, y, lmbda=0.7):
    m = len(y)
    p = h(theta, X)
    J = (-y.dot(np.log(p)) - (1 - y).dot(np.log(1 - p))) / m
    # theta[0] is the intercept and is not penalised
    return J + lmbda / (2 * m) * np.sum(theta[1:] ** 2)


# oracle: shapes theta: n, X: m n, y: m binary
def gradient(theta, X, y, lmbda=0.7):
    m = len(y)
    grad = X.T.dot(h(theta, X) - y) / m
    grad += lmbda / m * theta
    return grad
