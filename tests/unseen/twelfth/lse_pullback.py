"""Value/pullback pairs in the style of a tiny JAX."""
from __future__ import annotations

from typing import Callable

import numpy as np

Array = np.ndarray


# oracle: shapes scores: N K, weights: K positive
def weighted_logsumexp(scores: Array, weights: Array) -> tuple[Array, Callable[[Array], tuple[Array, Array]]]:
    """log sum_k w_k exp(s_nk) for each row n."""
    peak = np.max(scores, axis=1, keepdims=True)
    expd = np.exp(scores - peak)
    terms = weights * expd
    total = np.sum(terms, axis=1, keepdims=True)
    value = np.log(total)[:, 0] + peak[:, 0]

    def pullback(ct: Array) -> tuple[Array, Array]:
        ct = ct[:, None]
        d_scores = ct * terms / total
        d_weights = np.sum(ct * expd / total, axis=0)
        return d_scores, d_weights

    return value, pullback
