import numpy as np


# oracle: shapes X: N d, y: N d
class TiedAutoencoder:
    """encoder: h = tanh(X W + b);  decoder: r = h W^T + c   (one W for both)"""

    def __init__(self, d=6, k=3, seed=0):
        r = np.random.RandomState(seed)
        self.W = r.randn(d, k) / np.sqrt(d)
        self.b = np.zeros(k)
        self.c = np.zeros(d)
        self.X = self.h = self.r = None

    def forward(self, X):
        self.X = X
        self.h = np.tanh(np.dot(X, self.W) + self.b)
        self.r = np.dot(self.h, self.W.T) + self.c
        return self.r

    def loss(self, X, y):
        diff = self.forward(X) - y
        return 0.5 * (diff * diff).sum() / len(X)

    def backward(self, X, y):
        self.forward(X)
        dr = (self.r - y) / len(X)

        # decoder
        self.dc = dr.sum(0)
        self.dW = np.dot(dr.T, self.h)
        dh = np.dot(dr, self.W)

        # encoder
        da = dh * (1.0 - self.h ** 2)
        self.db = da.sum(0)
        self.dW = np.dot(self.X.T, da)
