import numpy as np

EPS = 0.1


# oracle: shapes z: N K, labels: N labels(K)
def smoothed_loss_and_grad(z, labels):
    """Cross-entropy against targets of 1 - EPS + EPS/K for the label and EPS/K for the others."""
    n, k = z.shape
    q = np.full((n, k), EPS / k)
    q[np.arange(n), labels] += 1 - EPS

    m = z.max(axis=1, keepdims=True)
    lse = m + np.log(np.exp(z - m).sum(axis=1, keepdims=True))
    logp = z - lse
    loss = -(q * logp).sum(axis=1).mean()

    p = np.exp(logp)
    dz = (p - q) / n
    return loss, dz
