"""Elastic net for scipy.optimize.minimize(cost, theta0, jac=gradient, args=(X, y))."""
import numpy as np

L1, L2 = 0.25, 0.4


# theta[0] is the intercept and is not penalised
# oracle: shapes theta: D+1, X: N D fixed, y: N fixed
def cost(theta, X, y):
    intercept, coef = theta[0], theta[1:]
    residual = X @ coef + intercept - y
    fit = 0.5 * np.mean(residual**2)
    return fit + L1 * np.abs(coef).sum() + 0.5 * L2 * np.sum(coef**2)


def gradient(theta, X, y):
    intercept, coef = theta[0], theta[1:]
    residual = X @ coef + intercept - y
    grad = np.zeros_like(theta)
    grad[0] = residual.mean()
    grad[1:] = X.T @ residual / len(y)
    grad[1:] += L1 * np.sign(coef)
    grad[1:] += L2 * coef
    return grad
