import numpy as np


def log_softmax(a):
    a = a - a.max(axis=1, keepdims=True)
    return a - np.log(np.exp(a).sum(axis=1, keepdims=True))


# oracle: shapes a: N K, mu: N K, log_sigma: N K, t: N fixed
def mdn_loss_and_grad(a, mu, log_sigma, t):
    """Mixture density network output layer (Bishop 1994), one-dimensional target.

    p(t|x) = sum_k pi_k N(t; mu_k, sigma_k),   pi = softmax(a)
    """
    N = t.shape[0]
    log_pi = log_softmax(a)
    u = (t[:, None] - mu) * np.exp(-log_sigma)
    log_phi = -0.5 * u ** 2 - log_sigma - 0.5 * np.log(2 * np.pi)
    lp = log_pi + log_phi
    peak = lp.max(axis=1, keepdims=True)
    log_p = peak + np.log(np.exp(lp - peak).sum(axis=1, keepdims=True))
    loss = -log_p.mean()

    gamma = np.exp(lp - log_p)
    da = (np.exp(log_pi) - gamma) / N
    dmu = gamma * u * np.exp(-log_sigma) / N
    dlog_sigma = gamma * (1.0 - u ** 2) / N
    return loss, (da, dmu, dlog_sigma)
