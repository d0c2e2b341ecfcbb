import numpy as np


# oracle: shapes X: N D fixed, y: N labels(C)
class MLP:
    """Three weight layers, ReLU between, softmax cross entropy at the end."""

    def __init__(self, D, H=6, C=4):
        rs = np.random.RandomState(42)
        self.W1 = rs.randn(D, H) * np.sqrt(2 / D)
        self.W2 = rs.randn(H, H) * np.sqrt(2 / H)
        self.W3 = rs.randn(H, C) * np.sqrt(1 / H)
        self.b1, self.b2, self.b3 = np.zeros(H), np.zeros(H), np.zeros(C)

    def forward(self, X):
        self.h1 = np.maximum(0, X @ self.W1 + self.b1)
        self.h2 = np.maximum(0, self.h1 @ self.W2 + self.b2)
        return self.h2 @ self.W3 + self.b3

    def loss(self, X, y):
        s = self.forward(X)
        s = s - s.max(axis=1, keepdims=True)
        logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
        return -logp[np.arange(len(y)), y].mean()

    def backward(self, X, y):
        s = self.forward(X)
        e = np.exp(s - s.max(axis=1, keepdims=True))
        d = e / e.sum(axis=1, keepdims=True)
        d[np.arange(len(y)), y] -= 1
        d /= len(y)

        self.dW3, self.db3 = self.h2.T @ d, d.sum(axis=0)
        d = (d @ self.W3.T) * (self.h2 > 0)
        self.dW2, self.db2 = self.h1.T @ d, d.sum(axis=0)
        d = (d @ self.W2.T) * (self.h1 > 0)
        self.dW1, self.db1 = X.T @ d, d.sum(axis=0)
