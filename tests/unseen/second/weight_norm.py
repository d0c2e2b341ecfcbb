import numpy as np


class WeightNormLinear:
    """y = x W^T + b  with  W = g * v / ||v||  (one norm per output unit)."""

    def __init__(self, D, M):
        rng = np.random.RandomState(0)
        self.params = {
            "v": rng.randn(M, D),
            "g": np.ones(M),
            "b": np.zeros(M),
        }
        self.grads = {}

    def forward(self, x):
        """x: (N, D)"""
        v, g, b = self.params["v"], self.params["g"], self.params["b"]
        self.x = x
        self.norm = np.linalg.norm(v, axis=1, keepdims=True)
        self.unit = v / self.norm
        self.W = g[:, None] * self.unit
        return x @ self.W.T + b

    def backward(self, dy):
        g = self.params["g"]
        dW = dy.T @ self.x
        self.grads["b"] = dy.sum(axis=0)
        self.grads["g"] = (dW * self.unit).sum(axis=1)
        self.grads["v"] = g[:, None] / self.norm * dW
        return dy @ self.W
