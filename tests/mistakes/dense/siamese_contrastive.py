import numpy as np


# oracle: shapes W: D E, X1: N D, X2: N D, same: N binary
def contrastive_loss_and_grad(W, X1, X2, same, margin=1.5):
    """Two branches share the weights W: pull equal pairs together, push others apart.

    same[n] is 1 if X1[n] and X2[n] show the same thing, else 0.
    """
    n = len(X1)
    E1 = np.tanh(X1 @ W)
    E2 = np.tanh(X2 @ W)
    diff = E1 - E2
    dist = np.sqrt(np.sum(diff**2, axis=1))
    gap = np.maximum(0, margin - dist)
    loss = np.sum(same * dist**2 + (1 - same) * gap**2) / (2 * n)

    ddist = (same * dist - (1 - same) * gap) / n
    dE1 = (ddist / dist)[:, None] * diff
    dE2 = -dE1
    dW = X1.T @ (dE1 * (1 - E1**2))
    dW += X2.T @ (dE2 * (1 - E2**2))
    return loss, dW
