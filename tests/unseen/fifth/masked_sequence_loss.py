# Token-level cross-entropy of a padded batch; padding is masked out and does not count in the mean.
import numpy as np


# oracle: shapes logits: B T V, targets: B T labels(V), mask: B T mask
def sequence_nll(logits, targets, mask):
    m = mask.astype(logits.dtype)
    count = max(m.sum(), 1.0)
    top = logits.max(axis=-1, keepdims=True)
    logz = top + np.log(np.exp(logits - top).sum(axis=-1, keepdims=True))
    logp = logits - logz
    picked = np.take_along_axis(logp, targets[..., None], axis=-1)[..., 0]
    value = -(picked * m).sum() / count

    def pullback(g):
        onehot = (np.arange(logits.shape[-1]) == targets[..., None]).astype(logits.dtype)
        scale = g * m / count
        return (np.exp(logp) - onehot) * scale[..., None]

    return value, pullback
