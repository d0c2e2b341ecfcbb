# ex2_reg.m, moved over from Octave
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


# oracle: shapes theta: D, X: m D fixed, y: m binary
def cost_function_reg(theta, X, y, lam=1.0):
    # COSTFUNCTIONREG Compute cost and gradient for logistic regression with regularization
    #   [J, grad] = COSTFUNCTIONREG(theta, X, y, lambda)
    m = y.shape[0]              # m = length(y);

    h = sigmoid(X @ theta)
    theta_r = np.hstack((0.0, theta[1:]))      # theta(1) is not regularized

    J = (-y @ np.log(h) - (1 - y) @ np.log(1 - h)) / m
    J = J + lam / (2 * m) * np.sum(theta_r ** 2)

    grad = X.T @ (h - y) / m
    grad = grad + lam / m * theta

    return J, grad
