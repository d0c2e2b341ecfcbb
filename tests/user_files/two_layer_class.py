import numpy as np


# oracle: shapes X: N 4, y: N 2
class TwoLayerNet:
    def __init__(self, n_in=4, hidden=5, n_out=2):
        rng = np.random.RandomState(3)
        self.W1 = rng.randn(n_in, hidden) * 0.5
        self.b1 = np.zeros(hidden)
        self.W2 = rng.randn(hidden, n_out) * 0.5
        self.b2 = np.zeros(n_out)

    def forward(self, X):
        self.h = np.tanh(X @ self.W1 + self.b1)
        self.out = self.h @ self.W2 + self.b2
        return self.out

    def loss(self, X, y):
        return np.sum((self.forward(X) - y) ** 2) / (2 * len(X))

    def backward(self, X, y):
        delta = (self.out - y) / len(X)
        self.dW2 = self.h.T @ delta
        self.db2 = delta.sum(axis=0)
        hidden = (delta @ self.W2.T) * (1 - self.h**2)
        self.dW1 = X.T @ hidden
        self.db1 = (delta @ self.W2.T).sum(axis=0)
