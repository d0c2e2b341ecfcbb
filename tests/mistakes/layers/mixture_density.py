import numpy as np


# oracle: shapes logit_pi: N K, mu: N K, log_sigma: N K, y: N fixed
def mdn_loss_and_grad(logit_pi, mu, log_sigma, y):
    """Mean negative log-likelihood of y under a mixture of K Gaussians, and its gradients."""
    N = y.shape[0]
    t = y[:, None]
    top = logit_pi.max(axis=1, keepdims=True)
    log_pi = logit_pi - top - np.log(np.exp(logit_pi - top).sum(axis=1, keepdims=True))
    sigma = np.exp(log_sigma)
    err = (t - mu) / sigma
    log_comp = log_pi - log_sigma - 0.5 * err ** 2 - 0.5 * np.log(2 * np.pi)
    peak = log_comp.max(axis=1, keepdims=True)
    ll = peak + np.log(np.exp(log_comp - peak).sum(axis=1, keepdims=True))
    loss = -ll.sum() / N

    # responsibilities
    gamma = np.exp(log_comp - ll)
    pi = np.exp(log_pi)
    d_logit_pi = (pi - gamma) / N
    d_mu = -gamma * err / sigma / N
    d_log_sigma = gamma * (1 - err ** 2) / N
    return loss, (d_logit_pi, d_mu, d_log_sigma)
