import numpy as np

# KL( N(mu, sigma^2) || N(0, 1) ) where the encoder emits mu and log_sigma (NOT log sigma^2):
#   KL = -1/2 sum( 1 + 2 log_sigma - mu^2 - exp(2 log_sigma) )


# oracle: shapes mu: batch latent, log_sigma: batch latent
def kl_loss_and_grad(mu, log_sigma):
    batch = mu.shape[0]
    sigma_sq = np.exp(2 * log_sigma)
    kl = -0.5 * np.sum(1 + 2 * log_sigma - np.square(mu) - sigma_sq)
    kl /= batch
    dmu = mu / batch
    dlog_sigma = 0.5 * (sigma_sq - 1) / batch
    return kl, (dmu, dlog_sigma)
