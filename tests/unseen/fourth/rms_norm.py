from __future__ import annotations

import numpy as np


# oracle: shapes x: B T d_model
class RMSNorm:
    """Root-mean-square norm without centring (Zhang & Sennrich, 2019)."""

    def __init__(self, d_model: int, eps: float = 1e-6) -> None:
        self.eps = eps
        self.weight = np.linspace(0.5, 1.5, d_model)
        self.weight_grad = np.zeros_like(self.weight)
        self._saved: tuple | None = None

    def forward(self, x: np.ndarray) -> np.ndarray:
        inv = (np.mean(x * x, axis=-1, keepdims=True) + self.eps) ** -0.5
        self._saved = (x, inv)
        return x * inv * self.weight

    def backward(self, grad: np.ndarray) -> np.ndarray:
        x, inv = self._saved
        self.weight_grad = (grad * x * inv).reshape(-1, x.shape[-1]).sum(axis=0)
        gw = grad * self.weight
        # d inv / dx = -inv^3 x / D
        dot = np.sum(gw * x, axis=-1, keepdims=True)
        return inv * gw - inv ** 3 * x * dot / x.shape[-1]
