import numpy as np


# oracle: shapes coef: P+1, X: n P fixed, counts: n positive fixed, log_exposure: n fixed
def poisson_loss_and_grad(coef, X, counts, log_exposure, alpha=0.3):
    """Penalised Poisson regression with exposure.

    coef[0] is the intercept and is not penalised, as in scikit-learn's PoissonRegressor.
    """
    n = len(counts)
    design = np.hstack([np.ones((n, 1)), X])
    eta = design @ coef + log_exposure
    mu = np.exp(eta)
    nll = np.sum(mu - counts * eta) / n
    penalty = 0.5 * alpha * np.sum(coef[1:] ** 2)

    resid = mu - counts
    grad = design.T @ resid / n
    grad = grad + alpha * coef
    return nll + penalty, grad
