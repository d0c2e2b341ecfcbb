import numpy as np


# oracle: shapes coords: N P 2, W: 2*M C, b: C
class FourierFeatureHead:
    """gamma(v) = [cos(2 pi B v), sin(2 pi B v)] followed by a linear map; B is drawn once and frozen."""

    def __init__(self, M=3, C=2, sigma=0.3):
        self._B = sigma * np.random.randn(2, M)
        self.params = {"W": np.random.randn(2 * M, C) * 0.4, "b": np.zeros(C)}
        self.grads = {}

    def forward(self, coords):
        self._phase = 2 * np.pi * coords @ self._B                 # (N, P, M)
        self._feat = np.concatenate([np.cos(self._phase), np.sin(self._phase)], axis=-1)
        return self._feat @ self.params["W"] + self.params["b"]

    def backward(self, grad):
        M = self._B.shape[1]
        self.grads["W"] = np.einsum("npf,npc->fc", self._feat, grad)
        self.grads["b"] = grad.sum(axis=1)
        dfeat = grad @ self.params["W"].T
        dphase = -np.sin(self._phase) * dfeat[..., :M] + np.cos(self._phase) * dfeat[..., M:]
        dcoords = 2 * np.pi * dphase @ self._B.T
        return dcoords
