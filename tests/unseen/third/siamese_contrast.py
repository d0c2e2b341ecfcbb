import numpy as np

# Contrastive loss on squared distances (siamese net, my thesis ch. 4):
#   L = 1/N sum  s * d2 + (1 - s) * max(0, margin - d2)
# s = 1: the pair is of the same class.


# oracle: shapes left: N E, right: N E, same: N binary
def contrastive_loss_grad(left, right, same, margin=2.0):
    N = left.shape[0]
    diff = left - right
    d2 = np.sum(diff ** 2, axis=1)
    gap = margin - d2
    loss = np.sum(same * d2 + (1.0 - same) * np.maximum(gap, 0.0)) / N

    weight = same - (1.0 - same) * (gap > 0)
    dleft = 2.0 * weight[:, None] * diff / N
    dright = 2.0 * weight[:, None] * diff / N
    return loss, (dleft, dright)
