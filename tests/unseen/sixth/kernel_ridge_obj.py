"""Kernel ridge regression, objective and its Jacobian for scipy's L-BFGS."""
import numpy as np

LAM = 0.1
WIDTH = 1.3


def rbf(X):
    sq = np.sum(X ** 2, axis=1)
    d2 = sq[:, None] + sq[None, :] - 2.0 * X @ X.T
    return np.exp(-0.5 * d2 / WIDTH ** 2)


# oracle: shapes alpha: N, X: N D fixed, y: N fixed
def cost(alpha, X, y):
    K = rbf(X)
    res = K @ alpha - y
    return 0.5 * res @ res + 0.5 * LAM * alpha @ K @ alpha


def gradient(alpha, X, y):
    K = rbf(X)
    # K is symmetric:  K (K a - y) + lam K a  =  K ((K + lam I) a - y)
    grad = K @ (K @ alpha + LAM * alpha - y)
    return grad
