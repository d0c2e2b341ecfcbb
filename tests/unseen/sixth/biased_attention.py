import numpy as np


# oracle: shapes q: B H T D, k: B H S D, v: B H S E, bias: H T S
def attention_fwd(q, k, v, bias):
    """Multi-head attention with an additive learned bias per head (ALiBi-like, but trained)."""
    scale = q.shape[-1] ** -0.5
    logits = np.einsum("bhtd,bhsd->bhts", q, k) * scale + bias
    logits = logits - logits.max(axis=-1, keepdims=True)
    w = np.exp(logits)
    w = w / w.sum(axis=-1, keepdims=True)
    out = np.einsum("bhts,bhse->bhte", w, v)
    cache = {"q": q, "k": k, "v": v, "w": w, "scale": scale}
    return out, cache


def attention_bwd(dout, cache):
    q, k, v, w = (cache[name] for name in "qkvw")
    scale = cache["scale"]
    dv = np.einsum("bhts,bhte->bhse", w, dout)
    dw = np.einsum("bhte,bhse->bhts", dout, v)
    dlogits = w * (dw - np.sum(dw * w, axis=-1, keepdims=True))
    dbias = dlogits.sum(axis=0)
    dq = np.einsum("bhts,bhsd->bhtd", dlogits, k) * scale
    dk = np.einsum("bhts,bhtd->bhsd", dlogits, q)
    return dq, dk, dv, dbias
