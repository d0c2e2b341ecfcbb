import numpy as np


# oracle: shapes x: N D, W: D D, b: D
class SkipRelu:
    def __init__(self, D):
        self.W = np.random.normal(0, 1 / np.sqrt(D), size=(D, D))
        self.b = np.zeros(D)
        self.dW = self.db = None

    def forward(self, x):
        self.x = x
        z = x @ self.W + self.b
        self.mask = z <= 0
        out = z.copy()
        out[self.mask] = 0
        return out + x

    def backward(self, dout):
        dz = dout
        dz[self.mask] = 0
        self.dW = self.x.T @ dz
        self.db = dz.sum(axis=0)
        dx = dz @ self.W.T + dout
        return dx
