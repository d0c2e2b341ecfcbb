import numpy as np

MARGIN = 1.0


# oracle: shapes anchor: N D, positive: N D, negative: N D
def triplet_forward(anchor, positive, negative):
    dp = np.sum((anchor - positive) ** 2, axis=1)
    dn = np.sum((anchor - negative) ** 2, axis=1)
    return np.mean(np.maximum(dp - dn + MARGIN, 0.0))


def triplet_backward(upstream, anchor, positive, negative):
    ap = anchor - positive
    an = anchor - negative
    violated = (ap ** 2).sum(1) - (an ** 2).sum(1) + MARGIN > 0
    scale = (2.0 * upstream / len(anchor)) * violated[:, None]
    d_anchor = scale * (negative - positive)
    d_positive = -scale * ap
    d_negative = -scale * an
    return d_anchor, d_positive, d_negative
