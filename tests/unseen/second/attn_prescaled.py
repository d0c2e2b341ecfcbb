"""Attention with the scale folded into the queries beforehand."""
import numpy as np


def sdpa(q, k, v):
    """q: (B, T, D), k: (B, S, D), v: (B, S, E)"""
    c = q.shape[-1] ** -0.5
    qs = q * c
    logits = np.einsum("btd,bsd->bts", qs, k)
    m = logits.max(axis=-1, keepdims=True)
    w = np.exp(logits - m)
    w = w / w.sum(axis=-1, keepdims=True)
    o = np.einsum("bts,bse->bte", w, v)

    def pullback(do):
        dv = np.einsum("bts,bte->bse", w, do)
        # sum_s w*dw equals <do, o>, flash-attention style
        dw = np.einsum("bte,bse->bts", do, v)
        dl = w * (dw - (do * o).sum(-1, keepdims=True))
        dk = np.einsum("bts,btd->bsd", dl, qs)
        dq = np.einsum("bts,bsd->btd", dl, k) * c
        return dq, dk, dv

    return o, pullback
