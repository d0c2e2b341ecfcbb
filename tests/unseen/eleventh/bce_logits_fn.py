import numpy as np


# oracle: shapes labels: N binary
def bce_loss_and_grad(scores, labels, pos_weight=3.0):
    """Class-weighted binary cross entropy on raw scores, averaged.

    scores: shape (N,)
    labels: shape (N,), zeros and ones
    """
    n = scores.shape[0]
    log_p = -np.logaddexp(0, -scores)
    log_q = -np.logaddexp(0, scores)
    loss = -np.mean(pos_weight * labels * log_p + (1 - labels) * log_q)

    p = np.exp(log_p)
    d_scores = ((1 - labels) * p - pos_weight * labels * (1 - p)) / n
    d_scores = d_scores * p * (1 - p)
    return loss, d_scores
