import numpy as np


def softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    expd = np.exp(shifted)
    return expd / expd.sum(axis=-1, keepdims=True)


# oracle: shapes logits: B T V, targets: B T labels(V)
def token_loss(logits: np.ndarray, targets: np.ndarray) -> float:
    """Mean negative log likelihood over all B*T tokens of a batch."""
    p = softmax(logits)
    picked = np.take_along_axis(p, targets[..., None], axis=-1)
    return -np.log(picked).mean()


def token_loss_grad(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    d_logits = softmax(logits)
    rows, cols = np.indices(targets.shape)
    d_logits[rows, cols, targets] -= 1.0
    d_logits /= len(targets)
    return d_logits
