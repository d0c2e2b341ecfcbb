import numpy as np


def _log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


# oracle: shapes logits: B K, teacher: B K probabilities
def kl_loss_and_grad(logits, teacher):
    """
    Reverse KL distillation: KL(student || teacher), averaged over the batch,
    where student = softmax(logits).

    Returns (loss, grad_logits).
    """
    batch = logits.shape[0]
    logp = _log_softmax(logits)
    p = np.exp(logp)
    kl = np.sum(p * (logp - np.log(teacher)), axis=1)
    loss = kl.mean()

    grad_logits = (p - teacher) / batch
    return loss, grad_logits
