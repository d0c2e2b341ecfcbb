import numpy as np


# oracle: shapes mu: B Z, logvar: B Z
def kl_loss_and_grads(mu, logvar, beta=4.0):
    """beta * KL(q(z|x) || N(0, I)), averaged over the minibatch.

    logvar is log sigma^2, one row per sample.
    """
    B = mu.shape[0]
    kl = -0.5 * np.sum(1 + logvar - mu ** 2 - np.exp(logvar))
    loss = beta * kl / B
    grads = {
        "mu": beta * mu / B,
        "logvar": 0.5 * beta * np.exp(logvar) / B,
    }
    return loss, grads
