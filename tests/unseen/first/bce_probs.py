import numpy as np


def bce_loss(p, t):
    """p: (N,) unit, predicted probabilities
    t: (N,) binary, fixed
    """
    return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))


def bce_loss_backward(dout, p, t):
    n = p.shape[0]
    dp = dout * (-t / p + (1 - t) / 1 - p) / n
    return dp
