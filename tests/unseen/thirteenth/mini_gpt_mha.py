import numpy as np
from numpy import einsum

NEG = -1e9
HEADS = 2


def split(t, h):
    b, n, d = t.shape
    return t.reshape(b, n, h, d // h).transpose(0, 2, 1, 3)


def merge(t):
    b, h, n, k = t.shape
    return t.transpose(0, 2, 1, 3).reshape(b, n, h * k)


def causal(n):
    return np.triu(np.full((n, n), NEG), 1)


def attn_weights(q, k):
    logits = einsum("bhik,bhjk->bhij", q, k) / q.shape[-1] ** 0.5 + causal(q.shape[2])
    logits = logits - logits.max(-1, keepdims=True)
    w = np.exp(logits)
    return w / w.sum(-1, keepdims=True)


# oracle: shapes x: B T 2*E, Wqkv: 2*E 6*E, Wo: 2*E 2*E
def mha_fwd(x, Wqkv, Wo):
    q, k, v = (split(t, HEADS) for t in np.split(x @ Wqkv, 3, axis=-1))
    a = attn_weights(q, k)
    ctx = einsum("bhij,bhjk->bhik", a, v)
    return merge(ctx) @ Wo


def mha_bwd(g, x, Wqkv, Wo):
    q, k, v = (split(t, HEADS) for t in np.split(x @ Wqkv, 3, axis=-1))
    a = attn_weights(q, k)
    ctx = einsum("bhij,bhjk->bhik", a, v)
    dWo = einsum("bnd,bne->de", merge(ctx), g)
    dctx = split(g @ Wo.T, HEADS)
    dv = einsum("bhij,bhik->bhjk", a, dctx)
    da = einsum("bhik,bhjk->bhij", dctx, v)
    dlogits = a * (1 - a) * da / q.shape[-1] ** 0.5
    dq = einsum("bhij,bhjk->bhik", dlogits, k)
    dk = einsum("bhij,bhik->bhjk", dlogits, q)
    dqkv = np.concatenate([merge(dq), merge(dk), merge(dv)], axis=-1)
    dWqkv = einsum("bnd,bne->de", x, dqkv)
    dx = dqkv @ Wqkv.T
    return dx, dWqkv, dWo
