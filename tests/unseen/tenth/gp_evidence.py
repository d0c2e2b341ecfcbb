"""Negative log evidence of a GP with an RBF kernel, for scipy.optimize.minimize(jac=True)."""
import numpy as np


# oracle: shapes log_theta: 3, X: N D fixed, y: N fixed
def gp_loss_and_grad(log_theta, X, y):
    # theta = (signal variance, length scale, noise variance), all in logs
    sf2, ell, sn2 = np.exp(log_theta)
    n = X.shape[0]
    sq = np.sum((X[:, None, :] - X[None, :, :]) ** 2, axis=-1)
    Kf = sf2 * np.exp(-0.5 * sq / ell ** 2)
    K = Kf + (sn2 + 1e-3) * np.eye(n)

    Kinv = np.linalg.inv(K)
    alpha = Kinv @ y
    _, logdet = np.linalg.slogdet(K)
    nll = 0.5 * y @ alpha + 0.5 * logdet + 0.5 * n * np.log(2 * np.pi)

    # d nll = 1/2 tr((K^-1 - alpha alpha^T) dK)
    S = Kinv - np.outer(alpha, alpha)
    grad = np.array([
        0.5 * np.sum(S * Kf),
        0.5 * np.sum(S * Kf * sq) / ell ** 2,
        0.5 * sn2 * np.trace(S),
    ])
    return nll, grad
