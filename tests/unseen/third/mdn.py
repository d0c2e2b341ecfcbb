import numpy as np

HALF_LOG_2PI = 0.5 * np.log(2.0 * np.pi)


def logsumexp(a, axis):
    top = np.max(a, axis=axis, keepdims=True)
    return top + np.log(np.sum(np.exp(a - top), axis=axis, keepdims=True))


# Mixture density head: K gaussians per sample, scalar target.
# oracle: shapes alpha: N K, mu: N K, log_sigma: N K, t: N fixed
def mdn_loss_and_grad(alpha, mu, log_sigma, t):
    n = len(t)
    logpi = alpha - logsumexp(alpha, 1)
    z = (t[:, None] - mu) * np.exp(-log_sigma)
    logjoint = logpi - 0.5 * z * z - log_sigma - HALF_LOG_2PI
    loglik = logsumexp(logjoint, 1)
    loss = -np.sum(loglik) / n

    # responsibilities gamma_ik = pi_k N_k / sum_j pi_j N_j
    gamma = np.exp(logjoint - loglik)

    grads = {}
    grads["alpha"] = (np.exp(logpi) - gamma) / n
    grads["mu"] = -gamma * z * np.exp(-log_sigma) / n
    grads["log_sigma"] = -gamma * z * z / n
    return loss, grads
