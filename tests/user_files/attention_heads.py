import numpy as np


def softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# oracle: shapes q: B T d, k: B T d, v: B T d
def attn_fwd(q, k, v):
    att = softmax(np.einsum("btd,bsd->bts", q, k) / np.sqrt(q.shape[-1]))
    return np.einsum("bts,bsd->btd", att, v)


def attn_bwd(dy, q, k, v):
    root = np.sqrt(q.shape[-1])
    att = softmax(np.einsum("btd,bsd->bts", q, k) / root)
    dv = np.einsum("bts,btd->bsd", att, dy)
    datt = np.einsum("btd,bsd->bts", dy, v)
    dscore = att * (datt - (datt * att).sum(-1, keepdims=True))
    dq = np.einsum("bts,bsd->btd", dscore, k) / root
    dk = np.einsum("bts,btd->bsd", dscore, q) / q.shape[-1]
    return dq, dk, dv
