from __future__ import annotations

import numpy as np


def _sig(v: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-v))


# oracle: shapes x: B D, h_prev: B H
class GRUCell:
    """Single GRU step, no biases.  h = z * h_prev + (1 - z) * n."""

    def __init__(self, D: int, H: int) -> None:
        rng = np.random.default_rng(3)
        init = lambda *s: rng.normal(0.0, 0.5, size=s)
        self.params = {
            "Wz": init(D, H), "Uz": init(H, H),
            "Wr": init(D, H), "Ur": init(H, H),
            "Wn": init(D, H), "Un": init(H, H),
        }
        self.grads: dict[str, np.ndarray] = {}

    def forward(self, x: np.ndarray, h_prev: np.ndarray) -> np.ndarray:
        p = self.params
        z = _sig(x @ p["Wz"] + h_prev @ p["Uz"])
        r = _sig(x @ p["Wr"] + h_prev @ p["Ur"])
        n = np.tanh(x @ p["Wn"] + (r * h_prev) @ p["Un"])
        self.cache = (x, h_prev, z, r, n)
        return z * h_prev + (1.0 - z) * n

    def backward(self, dh: np.ndarray):
        x, h_prev, z, r, n = self.cache
        p = self.params
        az = dh * (h_prev - n) * z * (1.0 - z)
        an = dh * (1.0 - z) * (1.0 - n * n)
        drh = an @ p["Un"].T
        ar = drh * h_prev * r * (1.0 - r)

        self.grads["Wz"] = x.T @ az
        self.grads["Uz"] = h_prev.T @ az
        self.grads["Wr"] = x.T @ ar
        self.grads["Ur"] = h_prev.T @ ar
        self.grads["Wn"] = x.T @ an
        self.grads["Un"] = (r * h_prev).T @ an

        dx = az @ p["Wz"].T + ar @ p["Wr"].T + an @ p["Wn"].T
        dh_prev = drh * r + az @ p["Uz"].T + ar @ p["Ur"].T
        return dx, dh_prev
