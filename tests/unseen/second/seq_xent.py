"""Masked sequence cross-entropy on top of a linear read-out."""
import numpy as np


# oracle: shapes h: N T D, W: D C, y: N T labels(C), keep: N T binary fixed
def masked_seq_loss_and_grads(h, W, y, keep):
    N = h.shape[0]
    s = h @ W
    s = s - s.max(axis=2, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=2, keepdims=True))
    hit = np.eye(W.shape[1])[y]
    loss = -np.sum(keep[:, :, None] * hit * logp) / N

    ds = np.exp(logp) - hit
    ds = ds * keep[:, :, None]
    dW = np.tensordot(h, ds, axes=([0, 1], [0, 1])) / N
    dh = ds @ (W.T / N)
    return loss, (dh, dW)
