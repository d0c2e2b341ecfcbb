# FaceNet triplet loss, squared distances. Q: the embedding collapses, why?
import numpy as np


# oracle: shapes anchor: B E, positive: B E, negative: B E
def triplet_loss_and_grad(anchor, positive, negative, margin=1.0):
    ap = anchor - positive
    an = anchor - negative
    d_pos = np.einsum("be,be->b", ap, ap)
    d_neg = np.einsum("be,be->b", an, an)
    slack = margin + d_pos - d_neg
    loss = np.maximum(slack, 0.0).mean()

    weight = (slack > 0).astype(anchor.dtype)[:, None] / len(anchor)
    g_anchor = 2.0 * ap * weight
    g_positive = -2.0 * ap * weight
    g_negative = 2.0 * an * weight
    return loss, [g_anchor, g_positive, g_negative]
