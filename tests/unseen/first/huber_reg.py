import numpy as np

DELTA = 1.35


def huber_loss(pred, target):
    """Mean Huber loss.

    pred: (N,) predictions
    target: (N,) observations, fixed
    """
    r = pred - target
    small = np.abs(r) <= DELTA
    quad = 0.5 * r**2
    lin = DELTA * (np.abs(r) - 0.5 * DELTA)
    return np.where(small, quad, lin).mean()


def huber_loss_grad(pred, target):
    r = pred - target
    dpred = np.where(np.abs(r) <= DELTA, r, np.sign(r)) / r.size
    return dpred
