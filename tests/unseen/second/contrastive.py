"""Contrastive loss of Hadsell et al. for pairs; similar = 1, dissimilar = 0."""
import numpy as np


# oracle: shapes u: N D, v: N D, similar: N binary fixed
def contrastive_loss_grad(u, v, similar, margin=2.0):
    diff = u - v
    d = np.sqrt(np.einsum("nd,nd->n", diff, diff))
    slack = np.clip(margin - d, 0, None)
    loss = 0.5 * np.mean(similar * d ** 2 + (1 - similar) * slack ** 2)
    coef = similar - (1 - similar) * slack / d
    gu = coef[:, None] * diff / len(u)
    return loss, [gu, -gu]
