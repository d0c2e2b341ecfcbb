import numpy as np


# oracle: shapes p: N unit, y: N binary
def bce_loss(p, y, eps=1e-7):
    q = np.clip(p, eps, 1 - eps)
    return -np.mean(y * np.log(q) + (1 - y) * np.log(1 - q))


def bce_loss_grad(p, y, eps=1e-7):
    q = np.clip(p, eps, 1 - eps)
    return (q - y) / (q * (1 - q)) / len(p)
