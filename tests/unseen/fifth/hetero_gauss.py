"""Heteroscedastic regression head (Nix & Weigend 1994): the net predicts mean and log variance."""
import numpy as np


# oracle: shapes mean: N K, logvar: N K, target: N K fixed
def gaussian_nll_loss_and_grads(mean, logvar, target):
    precision = np.exp(-logvar)
    resid = target - mean
    n = mean.shape[0]
    nll = 0.5 * np.sum(logvar + resid ** 2 * precision + np.log(2 * np.pi)) / n
    # d nll / d mean   : residual weighted with the precision
    # d nll / d logvar : half of (1 - squared standardised residual)
    grads = dict()
    grads["mean"] = resid * precision / n
    grads["logvar"] = 0.5 * (1.0 - resid ** 2 * precision) / n
    return nll, grads
