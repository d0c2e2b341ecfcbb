"""Negative ELBO of a linear Gaussian VAE decoder, noise handed in."""
import numpy as np


# oracle: shapes x: N D, mu: N Z, logvar: N Z, W: Z D, eps: N Z fixed
def vae_loss_and_grad(x, mu, logvar, W, eps):
    N = x.shape[0]
    std = np.exp(0.5 * logvar)
    z = mu + std * eps
    r = z @ W - x
    rec = 0.5 * np.sum(r ** 2) / N
    kl = -0.5 * np.sum(1 + logvar - mu ** 2 - np.exp(logvar)) / N
    loss = rec + kl

    dr = r / N
    dW = z.T @ dr
    dz = dr @ W.T
    dmu = dz + mu / N
    dlogvar = dz * eps * std + 0.5 * (np.exp(logvar) - 1) / N
    return loss, {"x": -dr, "mu": dmu, "logvar": dlogvar, "W": dW}
