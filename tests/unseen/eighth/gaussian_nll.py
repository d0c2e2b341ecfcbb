import math
import numpy as np


# oracle: shapes mean: N D, logvar: N D, target: N D fixed
def gaussian_nll(mean, logvar, target):
    """Heteroscedastic regression: returns the NLL per sample and its pullback."""
    prec = np.exp(-logvar)
    diff = mean - target
    nll = 0.5 * (logvar + prec * diff ** 2 + math.log(2 * math.pi)).sum(axis=1)

    def pullback(ct):
        ct = ct[:, None]
        d_mean = ct * prec * diff
        d_logvar = ct * (0.5 - prec * diff ** 2)
        return d_mean, d_logvar

    return nll, pullback
