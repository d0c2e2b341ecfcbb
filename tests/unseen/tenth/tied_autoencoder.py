import numpy as np


class TiedAutoencoder:
    """Encoder and decoder share W (and its transpose)."""

    def __init__(self, n_vis, n_hid=2):
        self.W = np.random.randn(n_vis, n_hid) * 0.5
        self.b_hid = np.random.randn(n_hid) * 0.1
        self.b_vis = np.random.randn(n_vis) * 0.1

    # oracle: shapes X: N n_vis, y: N n_vis fixed
    def forward(self, X):
        self.X = X
        self.code = 1.0 / (1.0 + np.exp(-(X @ self.W + self.b_hid)))
        self.rec = self.code @ self.W.T + self.b_vis
        return self.rec

    def loss(self, X, y):
        return np.sum((self.forward(X) - y) ** 2) / len(X)

    def backward(self, X, y):
        d_rec = 2.0 * (self.rec - y) / len(X)
        d_code = d_rec @ self.W
        d_pre = d_code * self.code * (1.0 - self.code)
        self.dW = X.T @ d_pre
        self.db_hid = d_pre.sum(axis=0)
        self.db_vis = d_rec.sum(axis=0)
