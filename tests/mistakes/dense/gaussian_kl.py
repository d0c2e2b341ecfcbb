"""The regulariser of a variational autoencoder."""

import numpy as np


def kl_forward(mu, logvar):
    """KL( N(mu, exp(logvar)) || N(0, 1) ) of every sample.

    Args:
        mu: means, shape (N, Z)
        logvar: logarithms of the variances, shape (N, Z)

    Returns:
        array of shape (N,)
    """
    return 0.5 * np.sum(mu**2 + np.exp(logvar) - 1.0 - logvar, axis=1)


def kl_backward(grad_kl, mu, logvar):
    up = grad_kl[:, np.newaxis]
    return up * mu, up * 0.5 * (np.exp(logvar) - 1.0)
