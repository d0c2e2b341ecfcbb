# Claim counts: negative binomial regression, log link, offset log(exposure).
import numpy as np

ALPHA = 0.7  # overdispersion: var = mu + ALPHA * mu^2


# oracle: shapes beta: p, b0: scalar, X: n p fixed, y: n labels(7), log_exposure: n fixed
def negbin_nll(beta, b0, X, y, log_exposure):
    eta = X @ beta + b0 + log_exposure
    mu = np.exp(eta)
    ll = y * np.log(ALPHA * mu) - (y + 1 / ALPHA) * np.log1p(ALPHA * mu)
    return -ll.mean()


def negbin_nll_grad(beta, b0, X, y, log_exposure):
    n = len(y)
    eta = X @ beta + b0 + log_exposure
    mu = np.exp(eta)
    dmu = ((1 + ALPHA * y) / (1 + ALPHA * mu) - y / mu) / n
    deta = dmu * mu
    dbeta = X.T @ deta
    db0 = deta.sum()
    return dbeta, db0
