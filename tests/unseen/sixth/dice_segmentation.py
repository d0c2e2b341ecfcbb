import numpy as np


def expit(x):
    return 1.0 / (1.0 + np.exp(-x))


# oracle: shapes logits: N P, mask: N P binary
def soft_dice_loss(logits, mask, smooth=1.0):
    """1 - mean soft Dice over the images of a batch; pixels are flattened to (N, P)."""
    n_img = logits.shape[0]
    p = expit(logits)
    num = 2.0 * (p * mask).sum(axis=1, keepdims=True) + smooth
    den = p.sum(axis=1, keepdims=True) + mask.sum(axis=1, keepdims=True) + smooth
    dice = num / den
    loss = 1.0 - dice.sum() / n_img

    # d dice / d p
    dp = -(2.0 * mask / den) / n_img
    dlogits = dp * p * (1.0 - p)
    return loss, dlogits
