import numpy as np
from dataclasses import dataclass


@dataclass
class AttnCache:
    Q: np.ndarray
    K: np.ndarray
    V: np.ndarray
    P: np.ndarray
    scale: float


# oracle: shapes Q: B T D+1, K: B S D+1, V: B S E
def attention_forward(Q, K, V):
    scale = 1.0 / np.sqrt(Q.shape[-1])
    S = np.einsum("btd,bsd->bts", Q, K) * scale
    S = S - S.max(axis=-1, keepdims=True)
    P = np.exp(S)
    P /= P.sum(axis=-1, keepdims=True)
    O = np.einsum("bts,bse->bte", P, V)
    return O, AttnCache(Q, K, V, P, scale)


def attention_backward(dO, cache: AttnCache):
    P = cache.P
    dV = np.einsum("bts,bte->bse", P, dO)
    dP = np.einsum("bte,bse->bts", dO, cache.V)
    dS = P * (dP - np.sum(dP * P, axis=-1, keepdims=True))
    dQ = np.einsum("bts,bsd->btd", dS, cache.K) * cache.scale
    dK = np.einsum("bts,btd->bsd", dS, cache.Q)
    return dQ, dK, dV
