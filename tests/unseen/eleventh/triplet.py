import numpy as np


# oracle: shapes anchor: N E, positive: N E, negative: N E
def triplet_loss_and_grads(anchor, positive, negative, margin=1.0):
    """FaceNet: mean over the batch of max(0, |a-p|^2 - |a-n|^2 + margin)."""
    batch = anchor.shape[0]
    ap = anchor - positive
    an = anchor - negative
    slack = np.sum(ap ** 2, axis=1) - np.sum(an ** 2, axis=1) + margin
    loss = np.maximum(slack, 0).sum() / batch

    active = (slack > 0)[:, None] * (2 / batch)
    # (a - p) - (a - n) = n - p: the anchor drops out of its own gradient
    grad_anchor = active * (negative - positive)
    grad_positive = -active * ap
    grad_negative = active * an
    return loss, (grad_anchor, grad_positive, grad_negative)
