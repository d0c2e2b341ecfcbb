"""Pre-activation residual block:  y = x + W2 relu(W1 x)."""
import numpy as np


class ResidualBlock:
    def __init__(self, D, H):
        g = np.random.default_rng(11)
        self.params = {"W1": g.standard_normal((D, H)), "W2": g.standard_normal((H, D))}
        self.grads = {}

    # oracle: shapes x: N D
    def forward(self, x):
        self.x = x
        self.z = x @ self.params["W1"]
        self.a = np.maximum(0.0, self.z)
        return x + self.a @ self.params["W2"]

    def backward(self, dout):
        self.grads["W2"] = self.a.T @ dout
        da = dout @ self.params["W2"].T
        dz = np.where(self.a > 0, da, 0)
        self.grads["W1"] = self.x.T @ dz
        dx = dz @ self.params["W1"].T
        return dx
