"""Cross attention between a decoder state and an encoder memory, one head."""
import numpy as np


def _softmax(s):
    e = np.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


# oracle: shapes q: B T D, k: B S D, v: B S E
def cross_attend(q, k, v):
    tau = 1.0 / np.sqrt(q.shape[-1])
    logits = tau * np.einsum("btd,bsd->bts", q, k)
    p = _softmax(logits)
    out = np.einsum("bts,bse->bte", p, v)

    def pull(g):
        dv = np.einsum("bts,bte->bse", p, g)
        dp = np.einsum("bte,bse->bts", g, v)
        dlogits = p * (dp - (p * dp).sum(-1, keepdims=True))
        dq = np.einsum("bts,bsd->btd", dlogits, k) * tau
        dk = np.einsum("bts,btd->bsd", dlogits, q)
        return dq, dk, dv

    return out, pull
