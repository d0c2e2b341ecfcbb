import numpy as np


# oracle: shapes H: B T D, s: B S, Wa: D A, Ua: S A, va: A
def additive_attention(H, s, Wa, Ua, va):
    """Context vector by additive attention (Bahdanau, Cho, Bengio 2015).

    H are the T encoder states of each sentence, s the decoder state that asks.
    Returns the context (B, D) and its pullback.
    """
    m = np.tanh(H @ Wa + (s @ Ua)[:, None, :])                # B T A
    e = m @ va                                                # B T
    w = np.exp(e - e.max(axis=1, keepdims=True))
    alpha = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bt,btd->bd", alpha, H)

    def pullback(dcontext):
        dalpha = np.einsum("bd,btd->bt", dcontext, H)
        de = alpha * (dalpha - (alpha * dalpha).sum(axis=1, keepdims=True))
        dva = np.einsum("bta,bt->a", m, de)
        dpre = de[:, :, None] * va * (1 - m**2)               # B T A
        dWa = np.einsum("btd,bta->da", H, dpre)
        dquery = dpre.sum(axis=1)                             # B A
        dUa = s.T @ dquery
        ds = dquery @ Ua.T
        dH = dpre @ Wa.T + alpha[:, :, None] * dcontext[:, None, :]
        return dH, ds, dWa, dUa, dva

    return context, pullback
