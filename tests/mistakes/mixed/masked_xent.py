import numpy as np

LABEL_SMOOTHING = 0.1


# oracle: shapes logits: B V, target: B labels(V), keep: B mask
def masked_xent_loss_and_grad(logits, target, keep):
    # Fused log-softmax + NLL with label smoothing. Padding tokens (keep == False)
    # count neither in the numerator nor in the denominator.
    B, V = logits.shape
    shifted = logits - logits.max(axis=-1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))

    hot = np.eye(V)[target]
    q = (1.0 - LABEL_SMOOTHING) * hot + LABEL_SMOOTHING / V

    w = keep.astype(np.float64)
    n_tok = max(w.sum(), 1.0)
    loss = -(w[:, None] * q * logp).sum() / n_tok

    dlogits = (np.exp(logp) - q) * w[:, None] / n_tok
    return loss, dlogits
