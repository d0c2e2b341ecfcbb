import numpy as np

__all__ = ["huber_loss", "huber_loss_grad"]


# oracle: shapes y_hat: N K, y: N K
def huber_loss(y_hat, y, *, k=0.8):
    """Huber's rho, mean over all entries: quadratic in the middle, linear outside."""
    r = y_hat - y
    small = np.abs(r) <= k
    rho = np.where(small, 0.5 * r**2, k * (np.abs(r) - 0.5 * k))
    return rho.mean()


def huber_loss_grad(y_hat, y, *, k=0.8):
    """Influence function psi, divided by the number of entries."""
    r = y_hat - y
    psi = np.where(np.abs(r) <= k, r, np.sign(r))
    d_y_hat = psi / r.size
    d_y = -d_y_hat
    return d_y_hat, d_y
