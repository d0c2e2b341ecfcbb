# focal loss objective for lightgbm-like custom training (kaggle: toxic comments)
import numpy as np

GAMMA = 2.0
ALPHA = 0.25


# oracle: shapes logits: N, y: N binary
def focal_loss_with_grad(logits, y):
    p = 1 / (1 + np.exp(-logits))
    sign = 2 * y - 1
    pt = np.where(y > 0.5, p, 1 - p)
    at = np.where(y > 0.5, ALPHA, 1 - ALPHA)

    loss = (-at * (1 - pt) ** GAMMA * np.log(pt)).mean()

    # dpt/dz = sign * pt * (1 - pt)
    # d(-log pt)/dpt = -1/pt
    dpt = -at * (1 - pt) ** GAMMA / pt
    grad = dpt * sign * pt * (1 - pt) / len(logits)
    return loss, grad
