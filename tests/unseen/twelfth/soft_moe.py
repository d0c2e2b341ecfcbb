"""Dense mixture of linear experts with a softmax gate."""
from dataclasses import dataclass

import numpy as np


@dataclass
class MoECache:
    x: np.ndarray
    gate: np.ndarray       # N E
    expert: np.ndarray     # N E M
    Wg: np.ndarray
    We: np.ndarray


# oracle: shapes x: N D, Wg: D E, We: E D M
def moe_forward(x, Wg, We):
    logits = x @ Wg
    logits = logits - logits.max(axis=1, keepdims=True)
    gate = np.exp(logits)
    gate = gate / gate.sum(axis=1, keepdims=True)
    expert = np.einsum("nd,edm->nem", x, We)
    y = np.einsum("ne,nem->nm", gate, expert)
    return y, MoECache(x, gate, expert, Wg, We)


def moe_backward(dy, cache: MoECache):
    c = cache
    dexpert = c.gate[:, :, None] * dy[:, None, :]
    dgate = np.einsum("nm,nem->ne", dy, c.expert)
    dlogits = c.gate * (1.0 - c.gate) * dgate
    dWe = np.einsum("nd,nem->edm", c.x, dexpert)
    dWg = c.x.T @ dlogits
    dx = np.einsum("nem,edm->nd", dexpert, c.We) + dlogits @ c.Wg.T
    return dx, dWg, dWe
