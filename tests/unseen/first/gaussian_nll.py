"""Heteroscedastic regression head: mean and log-variance."""
import numpy as np


def gauss_nll_forward(mu, logvar, y):
    """
    mu: (N,)
    logvar: (N,)
    y: (N,) fixed
    """
    return np.mean(0.5 * logvar + 0.5 * (y - mu) ** 2 * np.exp(-logvar))


def gauss_nll_backward(g, mu, logvar, y):
    n = mu.shape[0]
    inv = np.exp(-logvar)
    r = y - mu
    dmu = -g * r * inv / n
    dlogvar = g * 0.5 * (1 - r**2 * inv) / n
    return dmu, dlogvar
