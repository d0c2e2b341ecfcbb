import numpy as np

#
# Ordinal regression, "all thresholds" variant.
# Five ordered classes 0..4, four thresholds.  P(y > k) = sigmoid(s - theta_k)
#


def _sigmoid(z):
    return 0.5 * (1.0 + np.tanh(0.5 * z))


# oracle: shapes s: N, theta: 4, y: N labels(5)
def ordinal_loss_and_grad(s, theta, y):
    n = s.shape[0]
    levels = np.arange(theta.shape[0])
    z = s[:, None] - theta[None, :]
    above = (y[:, None] > levels).astype(s.dtype)
    # softplus(z) - above*z is the binary cross-entropy of each "is y above level k" question
    loss = np.sum(np.logaddexp(0.0, z) - above * z) / n

    dz = (_sigmoid(z) - (y[:, None] >= levels)) / n
    ds = dz.sum(axis=1)
    dtheta = -dz.sum(axis=0)
    return loss, (ds, dtheta)
