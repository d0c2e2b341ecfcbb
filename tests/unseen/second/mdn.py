"""Mixture density network head: loss and gradient with respect to the raw outputs."""
import numpy as np


# oracle: shapes logits: N K, mu: N K, logsig: N K, y: N 1 fixed
def mdn_loss_and_grad(logits, mu, logsig, y):
    N = logits.shape[0]
    lp = logits - logits.max(axis=1, keepdims=True)
    lp = lp - np.log(np.exp(lp).sum(axis=1, keepdims=True))
    zs = (y - mu) / np.exp(logsig)
    comp = lp - 0.5 * zs ** 2 - logsig - 0.5 * np.log(2 * np.pi)
    top = comp.max(axis=1, keepdims=True)
    lse = top + np.log(np.exp(comp - top).sum(axis=1, keepdims=True))
    loss = -lse.mean()

    resp = np.exp(comp - lse)
    dlogits = (np.exp(lp) - resp) / N
    dmu = resp * zs / np.exp(logsig) / N
    dlogsig = resp * (1 - zs ** 2)
    return loss, (dlogits, dmu, dlogsig)
