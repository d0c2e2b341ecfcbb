import numpy as np


# oracle: shapes s: N, t: N binary
def hinge_loss(s, t):
    y = 2 * t - 1
    return np.maximum(0, 1 - y * s).mean()


def hinge_loss_grad(s, t):
    y = 2 * t - 1
    active = y * s < 1
    return y * active / len(s)
