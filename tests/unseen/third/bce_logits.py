import numpy as np


def _expit(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


# oracle: shapes logits: N T, targets: N T binary
def bce_with_logits_forward(logits, targets, pos_weight=3.0):
    """Per-element loss (reduction='none'), like torch's BCEWithLogitsLoss.

    l = pos_weight * t * softplus(-x) + (1 - t) * softplus(x)
    """
    sp_pos = np.logaddexp(0.0, logits)
    sp_neg = np.logaddexp(0.0, -logits)
    return pos_weight * targets * sp_neg + (1 - targets) * sp_pos


def bce_with_logits_backward(grad_output, logits, targets, pos_weight=3.0):
    s = _expit(logits)
    # softplus'(x) = s, softplus(-x)' = -(1 - s)
    grad_logits = (1 - targets) * s - pos_weight * targets * (1 - s)
    return grad_logits
