# Machine learning, exercise 2 (regularised logistic regression), ported from Octave.
# The first column of X is the intercept term.
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# oracle: shapes theta: n+1, X: m n+1 fixed, y: m binary
def cost_function(theta, X, y, lam=0.7):
    m = X.shape[0]
    h = sigmoid(X @ theta)

    # theta(1) in Octave is theta[0] here; it is not penalised
    J = -(1 / m) * np.sum(y * np.log(h) + (1 - y) * np.log(1 - h))
    J = J + lam / (2 * m) * np.sum(theta[1:] ** 2)

    grad = (1 / m) * (X.T @ (h - y)) + (lam / m) * theta
    return J, grad
