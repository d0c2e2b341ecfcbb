"""KL(N(mu, sigma^2) || N(0, 1)) of a VAE encoder and its gradients."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float


def kl_forward(
    mu: Float[np.ndarray, "batch latent"], logvar: Float[np.ndarray, "batch latent"]
) -> float:
    return -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar)) / len(mu)


def kl_backward(g, mu, logvar):
    n = len(mu)
    dmu = g * mu / n
    dlogvar = g * (np.exp(logvar) - 1) / n
    return dmu, dlogvar
