import numpy as np


# oracle: shapes y_hat: N, y: N fixed
def huber_loss(y_hat, y, delta=0.7):
    r"""
    0.5 r^2                    if |r| <= delta
    delta (|r| - 0.5 delta)    otherwise

    averaged over the samples
    """
    r = y_hat - y
    small = np.abs(r) <= delta
    loss = np.where(small, 0.5 * r ** 2, delta * (np.abs(r) - 0.5 * delta)).mean()
    grad = np.clip(r, -delta, delta) / r.size
    return loss, grad
