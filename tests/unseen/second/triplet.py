import numpy as np

MARGIN = 1.0


# oracle: shapes anchor: N D, pos: N D, neg: N D
def triplet_loss_and_grad(anchor, pos, neg):
    """Mean of max(0, |a-p|^2 - |a-n|^2 + margin) over the batch."""
    N = anchor.shape[0]
    ap = anchor - pos
    an = anchor - neg
    raw = (ap ** 2).sum(axis=1) - (an ** 2).sum(axis=1) + MARGIN
    active = (raw > 0).astype(float)[:, None]
    loss = np.maximum(raw, 0).sum() / N

    d_anchor = 2 * active * (ap - an) / N
    d_pos = 2 * active * ap / N
    d_neg = active * an / N
    return loss, (d_anchor, d_pos, d_neg)
