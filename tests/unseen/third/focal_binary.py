"""Focal loss for dense detection (Lin et al. 2017), on logits, targets 0/1."""
import numpy as np


# oracle: shapes x: N A, y: N A binary
def focal_loss_and_grad(x, y, gamma=2.0, alpha=0.25):
    # s = +1 for a positive, -1 for a negative; pt = sigmoid(s x)
    s = 2.0 * y - 1.0
    log_pt = -np.logaddexp(0.0, -s * x)
    pt = np.exp(log_pt)
    rest = np.exp(-np.logaddexp(0.0, s * x))        # 1 - pt, without cancellation
    at = alpha * y + (1.0 - alpha) * (1.0 - y)
    count = x.shape[0]
    loss = -np.sum(at * rest ** gamma * log_pt) / count

    # d pt / dx = s pt (1 - pt),   d log pt / dx = s (1 - pt)
    #   d/dx [(1-pt)^g log pt] = s (1-pt)^g [ (1 - pt) - g pt log pt ]
    dx = -at * s * rest ** gamma * (rest - gamma * pt * log_pt) / count
    return loss, dx
