"""
Binary focal loss (Lin et al. 2017), sum over anchors.

    FL = - (1 - pt)^g log(pt),   pt = p if y = 1 else 1 - p

dFL/dpt = g (1 - pt)^(g-1) log(pt) - (1 - pt)^g / pt
dpt/dz  = s pt (1 - pt),   s = +1 / -1
"""
import numpy as np


# oracle: shapes z: A, y: A binary
def focal_loss_and_grad(z, y, g=2.0):
    s = 2 * y - 1
    pt = 1 / (1 + np.exp(-s * z))
    loss = -np.sum((1 - pt) ** g * np.log(pt))

    dpt = -(1 - pt) ** g / pt
    dz = dpt * s * pt * (1 - pt)
    return loss, dz
