import numpy as np

TAU = 0.2


def _softmax(a):
    a = np.exp(a - a.max(axis=1, keepdims=True))
    return a / a.sum(axis=1, keepdims=True)


# oracle: shapes queries: N D, keys: N D
def infonce_loss_and_grad(queries, keys):
    """Contrastive loss of CPC / MoCo: the i-th key is the positive of the i-th query."""
    n = queries.shape[0]
    logits = queries @ keys.T / TAU
    top = logits.max(axis=1, keepdims=True)
    lse = np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0]
    loss = np.mean(lse - np.diag(logits))

    dlogits = (_softmax(logits) - np.eye(n)) / n
    dqueries = dlogits @ keys / TAU
    dkeys = dlogits @ queries / TAU
    return loss, (dqueries, dkeys)
