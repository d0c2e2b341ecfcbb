from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float


def info_nce_loss(Z: Float[np.ndarray, "N D"], P: Float[np.ndarray, "N D"], tau: float = 0.5):
    """Contrastive loss, i-th row of P is the positive of the i-th row of Z, others are negatives."""
    n = len(Z)
    S = Z @ P.T / tau
    S_max = S.max(axis=1, keepdims=True)
    E = np.exp(S - S_max)
    lse = S_max[:, 0] + np.log(E.sum(axis=1))
    loss = np.mean(lse - np.diag(S))

    # dL/dS = (softmax - I) / n
    dS = E / E.sum(axis=1, keepdims=True)
    dS = (dS - np.eye(n)) / n

    dZ = dS @ P / tau
    dP = dS @ Z / tau
    return loss, (dZ, dP)
