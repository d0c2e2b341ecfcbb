"""Structured hinge on raw scores, used behind several models."""
import numpy as np


# oracle: shapes S: N C, y: N labels(C)
def hinge_loss_and_grad(S, y):
    N, C = S.shape
    idx = np.arange(N)
    gold = S[idx, y]
    m = 1.0 + S - gold[:, None]
    m[idx, y] = 0.0
    active = m > 0
    loss = m[active].sum() / N

    dS = np.zeros((N, C))
    dS[idx, y] = -active.sum(axis=1) / N
    dS[idx][active] = 1.0 / N
    return loss, dS
