"""Negative log marginal likelihood of a Gaussian process, for scipy.optimize.minimize."""
import numpy as np

_x = np.linspace(0.0, 3.0, 8)
_y = np.sin(2 * _x) + 0.1 * np.cos(17 * _x)
_d2 = (_x[:, None] - _x[None, :]) ** 2


def _kernel(theta):
    # theta = log length scale, log signal variance, log noise variance
    ell, sf, sn = np.exp(theta[0]), np.exp(theta[1]), np.exp(theta[2])
    S = sf * np.exp(-0.5 * _d2 / ell ** 2)
    return S, S + (sn + 1e-6) * np.eye(len(_x)), ell, sn


# oracle: shapes theta: 3
def cost(theta):
    S, K, ell, sn = _kernel(theta)
    logdet = np.linalg.slogdet(K)[1]
    return 0.5 * _y @ np.linalg.solve(K, _y) + 0.5 * logdet


def gradient(theta):
    S, K, ell, sn = _kernel(theta)
    Ki = np.linalg.inv(K)
    alpha = Ki @ _y
    inner = 0.5 * (Ki - np.outer(alpha, alpha))
    grad = np.zeros(3)
    grad[0] = np.sum(inner * S * _d2 / ell)
    grad[1] = np.sum(inner * S)
    grad[2] = sn * np.trace(inner)
    return grad


if __name__ == "__main__":
    from scipy.optimize import minimize
    print(minimize(cost, np.zeros(3), jac=gradient))
