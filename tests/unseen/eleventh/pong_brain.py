import numpy as np


# oracle: shapes X: N n_in, y: N n_out, w1: n_in n_hid, b1: n_hid, w2: n_hid n_out, b2: n_out
class Brain(object):
    """Tiny policy regressor for the paddle. Learns in place, one batch per frame."""

    def __init__(self, n_in, n_hid, n_out, rate=0.1):
        self.rate = rate
        self.w1 = np.random.uniform(-1, 1, (n_in, n_hid))
        self.b1 = np.zeros(n_hid)
        self.w2 = np.random.uniform(-1, 1, (n_hid, n_out))
        self.b2 = np.zeros(n_out)

    def forward(self, X):
        self.hid = np.tanh(X @ self.w1 + self.b1)
        self.out = self.hid @ self.w2 + self.b2
        return self.out

    def loss(self, X, y):
        return 0.5 * np.sum((self.forward(X) - y) ** 2) / len(X)

    def backward(self, X, y):
        err = (self.out - y) / len(X)

        # output layer
        self.dw2 = self.hid.T @ err
        self.db2 = err.sum(axis=0)
        self.w2 -= self.rate * self.dw2
        self.b2 -= self.rate * self.db2

        # hidden layer
        delta = (err @ self.w2.T) * (1 - self.hid ** 2)
        self.dw1 = X.T @ delta
        self.db1 = delta.sum(axis=0)
        self.w1 -= self.rate * self.dw1
        self.b1 -= self.rate * self.db1
