"""Causal multi-head self-attention, everything with einsum.

Letters: n batch, t/s time, d model, h head, k head width.
"""
import numpy as np


# oracle: shapes x: N T D, Wq: D A K, Wk: D A K, Wv: D A K, Wo: A K D
def mha_forward(x, Wq, Wk, Wv, Wo):
    T = x.shape[1]
    K = Wq.shape[2]
    q = np.einsum("ntd,dhk->nhtk", x, Wq) / np.sqrt(K)
    k = np.einsum("ntd,dhk->nhtk", x, Wk)
    v = np.einsum("ntd,dhk->nhtk", x, Wv)
    s = np.einsum("nhtk,nhsk->nhts", q, k)
    s = np.where(np.tril(np.ones((T, T), dtype=bool)), s, -1e30)
    p = np.exp(s - s.max(axis=-1, keepdims=True))
    p = p / p.sum(axis=-1, keepdims=True)
    o = np.einsum("nhts,nhsk->nhtk", p, v)
    y = np.einsum("nhtk,hkd->ntd", o, Wo)
    return y, {"x": x, "q": q, "k": k, "v": v, "p": p, "o": o, "W": (Wq, Wk, Wv, Wo)}


def mha_backward(dy, cache):
    x, q, k, v, p, o = (cache[n] for n in "xqkvpo")
    Wq, Wk, Wv, Wo = cache["W"]
    K = Wq.shape[2]
    dWo = np.einsum("nhtk,ntd->hkd", o, dy)
    do = np.einsum("ntd,hkd->nhtk", dy, Wo)
    dv = np.einsum("nhts,nhtk->nhsk", p, do)
    dp = np.einsum("nhtk,nhsk->nhts", do, v)
    ds = p * (dp - np.einsum("nhts,nhts->nht", p, dp)[..., None])
    dq = np.einsum("nhts,nhsk->nhtk", ds, k)
    dk = np.einsum("nhts,nhtk->nhsk", ds, q)      # q carries 1/sqrt(K) already
    dq = dq / np.sqrt(K)
    dWq = np.einsum("ntd,nhtk->dhk", x, dq)
    dWk = np.einsum("ntd,nhtk->dhk", x, dk)
    dWv = np.einsum("ntd,nhtk->dhk", x, dv)
    dx = (np.einsum("nhtk,dhk->ntd", dq, Wq) + np.einsum("nhtk,dhk->ntd", dk, Wk)
          + np.einsum("nhtk,dhk->ntd", dv, Wv))
    return dx, dWq, dWk, dWv, dWo
