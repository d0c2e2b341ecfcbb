from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float


def causal_forward(
    q: Float[np.ndarray, "T D"], k: Float[np.ndarray, "T D"], v: Float[np.ndarray, "T D"]
):
    T, D = q.shape
    att = q @ k.T / D ** 0.5
    att = np.where(np.tril(np.ones((T, T), dtype=bool)), att, -1e9)
    att = np.exp(att - att.max(axis=1, keepdims=True))
    att = att / att.sum(axis=1, keepdims=True)
    return att @ v, (att, q, k, v)


def causal_backward(g, cache):
    att, q, k, v = cache
    T, D = q.shape
    dv = att.T @ g
    datt = g @ v.T
    dscore = att * (1 - att) * datt
    dscore = dscore / D ** 0.5
    dq = dscore @ k
    dk = dscore.T @ q
    return dq, dk, dv
