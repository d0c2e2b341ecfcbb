"""InfoNCE with in-batch negatives (CLIP-like, one direction)."""
import numpy as np


def _softmax(logits):
    logits = logits - logits.max(1, keepdims=True)
    p = np.exp(logits)
    return p / p.sum(1, keepdims=True)


# oracle: shapes queries: B D, keys: B D
def info_nce_loss_and_grad(queries, keys, temperature=0.4):
    B = queries.shape[0]
    logits = np.einsum("id,jd->ij", queries, keys) / temperature
    p = _softmax(logits)
    loss = -np.log(np.diagonal(p)).mean()

    dlogits = (p - np.eye(B)) / B
    dqueries = np.einsum("ij,jd->id", dlogits, keys)
    dkeys = np.einsum("ij,id->jd", dlogits, queries) / temperature
    return loss, (dqueries, dkeys)
