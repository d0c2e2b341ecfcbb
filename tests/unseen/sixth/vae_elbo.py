import numpy as np


# oracle: shapes mu: N K, logvar: N K, W: K D, b: D, x: N D binary, eps: N K fixed
def elbo_loss_and_grads(mu, logvar, W, b, x, eps):
    """negative ELBO with a linear Bernoulli decoder; noise eps is drawn by the caller"""
    N = mu.shape[0]

    # reparametrisation
    std = np.exp(0.5 * logvar)
    z = mu + eps * std

    # decoder, cross-entropy with logits
    logits = z @ W + b
    rec = np.logaddexp(0, logits) - x * logits
    kl = 0.5 * (mu ** 2 + np.exp(logvar) - 1.0 - logvar)
    loss = (rec.sum() + kl.sum()) / N

    # ---- backward ----
    dlogits = (1.0 / (1.0 + np.exp(-logits)) - x) / N
    dW = z.T @ dlogits
    db = dlogits.sum(axis=0)
    dz = dlogits @ W.T
    dmu = dz + mu / N
    dlogvar = dz * eps * 0.5 * std + 0.5 * (std ** 2 - 1.0) / N
    return loss, {"mu": dmu, "logvar": dlogvar, "W": dW, "b": db}
