"""Robust regression losses. Each loss has a `<name>` and a `<name>_grad`."""
from __future__ import annotations

import numpy as np

__all__ = ["huber", "huber_grad"]


# oracle: shapes pred: N, target: N fixed
def huber(pred: np.ndarray, target: np.ndarray, delta: float = 0.4) -> float:
    """Mean Huber loss: quadratic up to ``delta``, linear beyond."""
    r = pred - target
    a = np.abs(r)
    quad = 0.5 * r ** 2
    lin = delta * (a - 0.5 * delta)
    return np.mean(np.where(a <= delta, quad, lin))


def huber_grad(pred: np.ndarray, target: np.ndarray, delta: float = 0.4) -> np.ndarray:
    """Gradient of :func:`huber` with respect to ``pred``."""
    r = pred - target
    inside = np.abs(r) <= delta
    dpred = np.where(inside, r, np.sign(r)) / r.size
    return dpred
