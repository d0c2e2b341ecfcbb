"""Negative log-likelihood of a spherical Gaussian mixture for use with L-BFGS."""
import numpy as np

LOG2PI = np.log(2 * np.pi)


def _lse(a):
    m = a.max(axis=1, keepdims=True)
    return m + np.log(np.exp(a - m).sum(axis=1, keepdims=True))


# oracle: shapes w: K, mu: K D, log_sd: K, X: N D fixed
def gmm_nll_value_and_grad(w, mu, log_sd, X):
    N, D = X.shape
    log_pi = w - np.log(np.sum(np.exp(w)))
    delta = X[:, None, :] - mu[None, :, :]                 # N K D
    sq = (delta ** 2).sum(axis=2)
    inv_var = np.exp(-2.0 * log_sd)
    joint = log_pi - 0.5 * sq * inv_var - D * log_sd - 0.5 * D * LOG2PI
    log_px = _lse(joint)
    value = -log_px.sum() / N

    resp = np.exp(joint - log_px)                          # N K, rows sum to one
    gw = -resp.sum(axis=0) / N
    gmu = -np.einsum("nk,nkd->kd", resp, delta) * inv_var[:, None] / N
    glog_sd = -(resp * (sq * inv_var - D)).sum(axis=0) / N
    return value, (gw, gmu, glog_sd)
