"""Negative ELBO per sample of a VAE with a linear Bernoulli decoder.

eps is drawn outside, so that the whole thing is a deterministic function.
"""
import numpy as np


# oracle: shapes mu: N Z, logvar: N Z, Wd: Z D, bd: D, x: N D unit fixed, eps: N Z fixed
def elbo_loss_and_grad(mu, logvar, Wd, bd, x, eps):
    N = x.shape[0]
    std = np.exp(0.5 * logvar)
    z = mu + std * eps
    logits = z @ Wd + bd
    recon = np.sum(np.logaddexp(0.0, logits) - x * logits)
    kl = 0.5 * np.sum(mu ** 2 + np.exp(logvar) - 1.0 - logvar)
    loss = (recon + kl) / N

    dlogits = 1.0 / (1.0 + np.exp(-logits)) - x
    dz = dlogits @ Wd.T
    grads = {
        "mu": dz + mu / N,
        "logvar": 0.5 * dz * std * eps + 0.5 * (np.exp(logvar) - 1.0) / N,
        "Wd": z.T @ dlogits,
        "bd": dlogits.sum(axis=0),
    }
    return loss, grads
