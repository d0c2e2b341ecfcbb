import numpy as np


class WeightNormLinear:
    """Linear layer whose rows of weights are g * v / |v|."""

    def __init__(self, v, g, b):
        self.v = v
        self.g = g
        self.b = b

    # oracle: shapes v: M D, g: M, b: M, x: N D
    def forward(self, x):
        self.x = x
        self.norm = np.sqrt((self.v ** 2).sum(axis=1, keepdims=True))
        self.unit = self.v / self.norm
        self.w = self.g[:, None] * self.unit
        return x @ self.w.T + self.b

    def backward(self, grad):
        dw = grad.T @ self.x
        self.db = grad.sum(axis=0)
        self.dg = (dw * self.unit).sum(axis=1)
        tangent = dw - self.dg[:, None] * self.unit
        self.dv = self.g[:, None] / self.norm * tangent
        return grad @ self.w
