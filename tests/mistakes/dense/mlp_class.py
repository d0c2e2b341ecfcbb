import numpy as np


# oracle: shapes X: N n_in, y: N n_out
class TwoLayerNet:
    """Sigmoid hidden layer, linear output, squared error."""

    def __init__(self, n_in=4, n_hidden=6, n_out=3, seed=0):
        rng = np.random.default_rng(seed)
        self.W1 = rng.normal(size=(n_in, n_hidden))
        self.b1 = rng.normal(size=n_hidden)
        self.W2 = rng.normal(size=(n_hidden, n_out))
        self.b2 = rng.normal(size=n_out)

    def forward(self, X):
        self.X = X
        self.Z1 = X @ self.W1 + self.b1
        self.A1 = 1 / (1 + np.exp(-self.Z1))
        self.out = self.A1 @ self.W2 + self.b2
        return self.out

    def loss(self, out, y):
        return 0.5 * np.mean(np.sum((out - y) ** 2, axis=1))

    def backward(self, y):
        n = y.shape[0]
        delta2 = (self.out - y) / n
        self.dW2 = self.A1.T @ delta2
        self.db2 = delta2.sum(axis=0)
        delta1 = (delta2 @ self.W2.T) * self.A1 * (1 - self.A1)
        self.dW1 = self.X.T @ delta1
        self.db1 = delta1.sum(axis=0)
