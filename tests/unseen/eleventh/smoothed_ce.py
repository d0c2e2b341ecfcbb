import numpy as np


# oracle: shapes logits: N C, target: N labels(C)
def label_smoothing_loss_and_grad(logits, target, smoothing=0.2):
    """Cross entropy against (1 - s) * onehot + s / C.

    logits: unnormalised scores, one row per sample
    target: integer class ids
    """
    n, c = logits.shape
    m = logits.max(1, keepdims=True)
    logp = logits - m - np.log(np.exp(logits - m).sum(1, keepdims=True))

    onehot = np.eye(c)[target]
    soft = (1.0 - smoothing) * onehot + smoothing / c
    value = -(soft * logp).sum() / n

    grad = (np.exp(logp) - onehot) / n
    return value, grad
