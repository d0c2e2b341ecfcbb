import numpy as np


class Net:
    """target minus output, as in the old books; the minus comes last"""

    def __init__(self, n_in, n_hid, n_out):
        g = np.random.default_rng(4)
        self.W1 = g.normal(size=(n_in, n_hid))
        self.b1 = np.zeros(n_hid)
        self.W2 = g.normal(size=(n_hid, n_out))
        self.b2 = np.zeros(n_out)

    def forward(self, X):
        """X: (N, n_in)"""
        self.hid = 1 / (1 + np.exp(-(X @ self.W1 + self.b1)))
        self.out = self.hid @ self.W2 + self.b2
        return self.out

    def loss(self, out, y):
        """y: (N, n_out)"""
        return ((y - out) ** 2).sum() / (2 * len(y))

    def backward(self, X, y):
        """X: (N, n_in), y: (N, n_out)"""
        error = (y - self.out) / len(y)
        hidden_error = (error @ self.W2.T) * self.hid * (1 - self.hid)
        self.dW2 = -self.hid.T @ error
        self.db2 = -error.sum(axis=0)
        self.dW1 = -X.T @ hidden_error
        self.db1 = -hidden_error.sum(axis=0)
