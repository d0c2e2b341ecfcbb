import numpy as np


def sqdist(u, v):
    return ((u - v) ** 2).sum(axis=1)


# oracle: shapes anchor: N D, positive: N D, negative: N D
def triplet_loss_and_grads(anchor, positive, negative, margin=1.0):
    n = anchor.shape[0]
    hinge = sqdist(anchor, positive) - sqdist(anchor, negative) + margin
    loss = np.maximum(hinge, 0).sum() / n

    # d/da = 2(a-p) - 2(a-n) = 2(n-p)
    # d/dp = -2(a-p)
    # d/dn = +2(a-n)
    active = (hinge > 0)[:, None] * (2.0 / n)
    d_anchor = active * (negative - positive)
    d_positive = active * (positive - anchor)
    d_negative = active * (negative - anchor)
    return loss, (d_anchor, d_positive, d_negative)
