from __future__ import annotations

import typing

import numpy as np

if typing.TYPE_CHECKING:
    from jaxtyping import Float


def attend(Q: Float[np.ndarray, "T D"], K: Float[np.ndarray, "S D"], V: Float[np.ndarray, "S M"]):
    scale = 1 / np.sqrt(Q.shape[1])
    s = Q @ K.T * scale
    s = s - s.max(axis=1, keepdims=True)
    p = np.exp(s)
    p = p / p.sum(axis=1, keepdims=True)
    return p @ V, (Q, K, V, p, scale)


def attend_backward(dO, saved):
    Q, K, V, p, scale = saved
    dV = p.T @ dO
    dp = dO @ V.T
    ds = p * (dp - np.sum(dp * p, axis=1, keepdims=True))
    dQ = ds @ K * scale
    dK = ds.T @ Q
    return dQ, dK, dV
