import numpy as np


def log_softmax(v):
    v = v - v.max(axis=1, keepdims=True)
    return v - np.log(np.exp(v).sum(axis=1, keepdims=True))


def smooth_targets(labels, C, eps):
    return np.eye(C)[labels] * (1 - eps) + eps / C


# oracle: shapes logits: N C, labels: N labels(C)
def smoothed_ce_forward(logits, labels, eps=0.1):
    q = smooth_targets(labels, logits.shape[1], eps)
    return -(q * log_softmax(logits)).sum() / len(labels)


def smoothed_ce_backward(g, logits, labels, eps=0.1):
    n, C = logits.shape
    p = np.exp(log_softmax(logits))
    dlogits = g * (p - np.eye(C)[labels]) / n
    return dlogits
