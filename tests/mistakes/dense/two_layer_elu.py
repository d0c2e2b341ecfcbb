"""Classifier with one hidden ELU layer; labels are one-hot rows."""

import numpy as np


# oracle: shapes W1: D H, b1: H, W2: H C, b2: C, X: N D, T: N C onehot
def elu_net_loss_and_grads(params, X, T, l2=0.05):
    """Mean cross-entropy plus l2 * (|W1|^2 + |W2|^2), and its gradients."""
    W1, b1, W2, b2 = (params[k] for k in ("W1", "b1", "W2", "b2"))
    N = X.shape[0]

    pre = X @ W1 + b1
    hid = np.where(pre > 0, pre, np.expm1(np.minimum(pre, 0)))
    logits = hid @ W2 + b2
    logits = logits - logits.max(axis=1, keepdims=True)
    logp = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss = -np.sum(T * logp) / N + l2 * (np.sum(W1**2) + np.sum(W2**2))

    grads = {}
    dlogits = (np.exp(logp) - T) / N
    grads["W2"] = hid.T @ dlogits + 2 * l2 * W2
    grads["b2"] = dlogits.sum(axis=0)
    dhid = dlogits @ W2.T
    dpre = dhid * np.where(pre > 0, 1.0, hid + 1.0)
    grads["W1"] = X.T @ dpre + 2 * l2 * W1
    grads["b1"] = dpre.sum(axis=0)
    return loss, grads
