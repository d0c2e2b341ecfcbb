import numpy as np


# oracle: shapes x: N D, V: D M, g: M, b: M
class WeightNormLinear:
    """y = x W + b with W[:, m] = g[m] * V[:, m] / ||V[:, m]||  (Salimans & Kingma 2016)"""

    def __init__(self, D, M):
        self.V = np.random.randn(D, M)
        self.g = np.abs(np.random.randn(M)) + 0.5
        self.b = np.zeros(M)

    def forward(self, x):
        self.x = x
        self.norm = np.sqrt(np.sum(self.V ** 2, axis=0))
        self.U = self.V / self.norm
        self.W = self.g * self.U
        return x @ self.W + self.b

    def backward(self, dy):
        G = self.x.T @ dy                       # gradient of W
        self.dg = np.sum(G * self.U, axis=0)
        self.dV = self.g / self.norm * G
        self.db = np.sum(dy, axis=0)
        return dy @ self.W.T
