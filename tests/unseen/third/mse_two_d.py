import numpy as np

__all__ = ["mse", "mse_grad"]


# oracle: shapes pred: batch out, target: batch out fixed
def mse(pred, target):
    """Mean squared error over all entries."""
    err = pred - target
    return np.mean(np.square(err))


def mse_grad(pred, target):
    """d mse / d pred."""
    batch_size = pred.shape[0]
    return 2.0 * (pred - target) / batch_size
