"""GP regression: negative log marginal likelihood and its gradient.

theta = (log amplitude, log lengthscale, log noise sd); Rasmussen & Williams eq. 5.9:
    d/dtheta_j  = 1/2 tr[ (K^-1 - alpha alpha^T) dK/dtheta_j ]
"""
import numpy as np


# oracle: shapes theta: 3, X: n d fixed, y: n fixed
def nlml_value_and_grad(theta, X, y):
    amp2 = np.exp(2.0 * theta[0])
    ell2 = np.exp(2.0 * theta[1])
    noise2 = np.exp(2.0 * theta[2])
    n = X.shape[0]
    gap = X[:, None, :] - X[None, :, :]
    sq = np.sum(gap * gap, axis=-1)
    Kf = amp2 * np.exp(-0.5 * sq / ell2)
    K = Kf + noise2 * np.eye(n)
    Kinv = np.linalg.inv(K)
    alpha = Kinv @ y
    sign, logdet = np.linalg.slogdet(K)
    value = 0.5 * y @ alpha + 0.5 * logdet + 0.5 * n * np.log(2 * np.pi)

    Q = Kinv - np.outer(alpha, alpha)
    grad = np.empty(3)
    grad[0] = np.sum(Q * Kf)                     # dK = 2 Kf
    grad[1] = 0.5 * np.sum(Q * Kf * sq) / ell2   # dK = Kf * sq / ell^2
    grad[2] = noise2 * np.trace(Q)
    return value, grad
