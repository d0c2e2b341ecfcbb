"""ListNet: top-one probabilities of the scores against those of the relevance."""
import numpy as np


def _top_one(s):
    e = np.exp(s - np.max(s, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


# oracle: shapes w: F, docs: Q L F fixed, rel: Q L fixed
def listnet_loss_grad(w, docs, rel, temperature=1.5):
    Q = docs.shape[0]
    s = np.einsum("qlf,f->ql", docs, w) / temperature
    target = _top_one(rel)
    p = _top_one(s)
    loss = -np.sum(target * np.log(p)) / Q
    ds = (p - target) / Q
    grad_w = np.einsum("ql,qlf->f", ds, docs) / temperature
    return loss, grad_w
