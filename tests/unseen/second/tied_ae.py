"""Auto-encoder with tied weights: the decoder is the encoder's transpose."""
import numpy as np


class TiedAutoencoder:
    def __init__(self, D=5, H=3):
        self.W = np.random.default_rng(0).normal(size=(D, H)) * 0.4
        self.b = np.zeros(H)
        self.c = np.zeros(D)

    # oracle: shapes X: N D, y: N D
    def forward(self, X):
        self.X = X
        self.h = np.tanh(X @ self.W + self.b)
        self.out = self.h @ self.W.T + self.c
        return self.out

    def loss(self, y):
        return np.sum((self.out - y) ** 2) / len(y)

    def backward(self, y):
        d = 2 * (self.out - y) / len(y)
        self.dc = d.sum(axis=0)
        dh = d @ self.W
        dpre = dh * (1 - self.h ** 2)
        self.db = dpre.sum(axis=0)
        self.dW = d.T @ self.h
        self.dW = self.X.T @ dpre
