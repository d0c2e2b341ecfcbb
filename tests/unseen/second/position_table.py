import numpy as np


class TokenAndPosition:
    """Adds a learned position table to a batch of token vectors and projects them."""

    def __init__(self, T, D, M=3):
        rng = np.random.default_rng(1)
        self.pos = rng.normal(0, 0.02, (T, D))
        self.W = rng.normal(0, 0.1, (D, M))

    def forward(self, tok):
        """tok: (N, T, D)"""
        self.z = tok + self.pos
        return self.z @ self.W

    def backward(self, grad):
        N, T, M = grad.shape
        self.dW = self.z.reshape(N * T, -1).T @ grad.reshape(N * T, M)
        dtok = grad @ self.W.T
        self.dpos = dtok
        return dtok
