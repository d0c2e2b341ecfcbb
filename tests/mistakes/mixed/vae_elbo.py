r"""Negative ELBO of a VAE with a linear Bernoulli decoder (Kingma & Welling, 2014).

    z = mu + sigma * eps,   sigma = exp(logvar / 2),   log-odds of x:  z Wd + bd
    L = 1/N sum_n [ -log p(x_n | z_n) + beta KL(q || N(0, I)) ]
"""
import numpy as np

BETA = 1.5


# oracle: shapes x: N D unit fixed, eps: N L fixed
def elbo_forward(mu, logvar, Wd, bd, x, eps):
    """
    mu     : (N, L)  encoder means
    logvar : (N, L)  encoder log-variances
    Wd     : (L, D)
    bd     : (D,)
    x      : (N, D)  pixels in 0..1
    eps    : (N, L)  standard normal noise
    """
    N = mu.shape[0]
    std = np.exp(0.5 * logvar)
    z = mu + std * eps
    logits = z @ Wd + bd
    recon = np.sum(np.logaddexp(0.0, logits) - x * logits) / N
    kl = -0.5 * np.sum(1.0 + logvar - mu**2 - np.exp(logvar)) / N
    return recon + BETA * kl, (mu, logvar, Wd, x, eps, std, z, logits)


def elbo_backward(dL, cache):
    mu, logvar, Wd, x, eps, std, z, logits = cache
    N = mu.shape[0]
    p = 1.0 / (1.0 + np.exp(-logits))
    dlogits = dL * (p - x) / N
    dWd = z.T @ dlogits
    dbd = dlogits.sum(axis=0)
    dz = dlogits @ Wd.T
    # both routes: through the sample, and directly through the KL
    dmu = dz + dL * BETA * mu / N
    dlogvar = dz * eps * 0.5 * std + dL * BETA * 0.5 * (np.exp(logvar) - 1.0) / N
    return dmu, dlogvar, dWd, dbd
