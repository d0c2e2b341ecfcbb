import numpy as np


def weighted_ce_loss_and_grad(z, t, w):
    """Per-sample weighted cross entropy; normalised by the sum of the weights.

    Parameters
    ----------
    z : (N, C) logits
    t : (N, C) onehot fixed
    w : (N,) positive fixed
    """
    z = z - z.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    nll = -np.log((p * t).sum(axis=1))
    loss = np.dot(w, nll) / w.sum()
    dz = w[:, None] * (p - t) / w.sum()
    return loss, dz
