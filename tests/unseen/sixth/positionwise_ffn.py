import numpy as np


# oracle: shapes x: N T D, W1: D F, b1: F, W2: F D, b2: D
class PositionwiseFFN:
    """Transformer feed-forward block, trained with plain SGD right inside backward()."""

    def __init__(self, D, F, lr=0.1):
        self.lr = lr
        self.W1 = np.random.randn(D, F) * (2.0 / D) ** 0.5
        self.b1 = np.zeros(F)
        self.W2 = np.random.randn(F, D) * (1.0 / F) ** 0.5
        self.b2 = np.zeros(D)

    def forward(self, x):
        self.x = x
        self.z = x @ self.W1 + self.b1
        self.a = np.maximum(self.z, 0)
        return self.a @ self.W2 + self.b2

    def backward(self, dy):
        # second projection
        self.dW2 = np.einsum("ntf,ntd->fd", self.a, dy)
        self.db2 = dy.sum(axis=(0, 1))
        self.W2 = self.W2 - self.lr * self.dW2
        self.b2 = self.b2 - self.lr * self.db2

        # relu, first projection
        da = dy @ self.W2.T
        dz = da * (self.z > 0)
        self.dW1 = np.einsum("ntd,ntf->df", self.x, dz)
        self.db1 = dz.sum(axis=(0, 1))
        dx = dz @ self.W1.T
        self.W1 = self.W1 - self.lr * self.dW1
        self.b1 = self.b1 - self.lr * self.db1
        return dx
