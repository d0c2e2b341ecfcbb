import numpy as np


# oracle: shapes X: N D fixed, y: N fixed, log_ell: scalar, log_sf: scalar, log_sn: scalar
def gp_nll_value_and_grad(X, y, log_ell, log_sf, log_sn):
    """Negative log marginal likelihood of a GP with squared-exponential kernel.

    nll = 1/2 y' K^-1 y + 1/2 log|K| + n/2 log 2 pi
    Rasmussen & Williams, eq. 5.9, gives the derivative by way of alpha = K^-1 y.
    """
    n = X.shape[0]
    ell, sf2, sn2 = np.exp(log_ell), np.exp(2.0 * log_sf), np.exp(2.0 * log_sn)

    diff = X[:, None, :] - X[None, :, :]
    D2 = (diff ** 2).sum(axis=-1)
    Kse = sf2 * np.exp(-0.5 * D2 / ell ** 2)
    K = Kse + sn2 * np.eye(n)

    Kinv = np.linalg.inv(K)
    alpha = Kinv @ y
    nll = 0.5 * y @ alpha + 0.5 * np.log(np.linalg.det(K)) + 0.5 * n * np.log(2.0 * np.pi)

    dK = 0.5 * (np.outer(alpha, alpha) - Kinv)
    dlog_ell = np.sum(dK * Kse * D2) / ell ** 2
    dlog_sf = 2.0 * np.sum(dK * Kse)
    dlog_sn = 2.0 * sn2 * np.trace(dK)
    return nll, {"log_ell": dlog_ell, "log_sf": dlog_sf, "log_sn": dlog_sn}
