import numpy as np


class LeakyDense(object):
    """Dense layer with leaky ReLU for samples in columns, y = lrelu(W x + b)."""

    def __init__(self, fan_in=3, fan_out=4, leak=0.2, seed=5):
        gen = np.random.default_rng(seed)
        self.params = {
            "W": gen.standard_normal((fan_out, fan_in)) / np.sqrt(fan_in),
            "b": 0.1 * gen.standard_normal((fan_out, 1)),
        }
        self.grads = {}
        self.leak = leak

    # oracle: shapes x: fan_in N
    def forward(self, x):
        self.x = x
        self.z = self.params["W"] @ x + self.params["b"]
        return np.maximum(self.z, 0) + self.leak * np.minimum(self.z, 0)

    def backward(self, dy):
        dz = np.array(dy, copy=True)
        dz[self.z < 0] *= self.leak
        self.grads["W"] = dz @ self.x.T
        self.grads["b"] = dz.sum(axis=1, keepdims=True)
        return self.params["W"].T @ dz
