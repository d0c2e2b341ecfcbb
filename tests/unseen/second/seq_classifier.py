"""Many-to-one recurrent classifier as a network class."""
import numpy as np


class SequenceClassifier:
    def __init__(self, D=3, H=4, C=2):
        rng = np.random.default_rng(0)
        self.U = rng.normal(size=(D, H)) * 0.5
        self.W = rng.normal(size=(H, H)) * 0.5
        self.V = rng.normal(size=(H, C)) * 0.5
        self.grads = {}

    # oracle: shapes X: N T D, y: N labels(C)
    def forward(self, X):
        self.X = X
        self.h = [np.zeros((X.shape[0], self.W.shape[0]))]
        for t in range(X.shape[1]):
            self.h.append(np.tanh(X[:, t] @ self.U + self.h[-1] @ self.W))
        s = self.h[-1] @ self.V
        s = s - s.max(axis=1, keepdims=True)
        self.p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
        return self.p

    def loss(self, y):
        return -np.mean(np.log(self.p[np.arange(len(y)), y]))

    def backward(self, y):
        n = len(y)
        ds = self.p.copy()
        ds[np.arange(n), y] -= 1
        ds /= n
        self.grads["V"] = self.h[-1].T @ ds
        gU, gW = np.zeros_like(self.U), np.zeros_like(self.W)
        dh = ds @ self.V.T
        for t in range(self.X.shape[1] - 1, -1, -1):
            da = dh * (1 - self.h[t + 1] ** 2)
            gU += self.X[:, t].T @ da
            gW += self.h[t + 1].T @ da
            dh = da @ self.W.T
        self.grads["U"] = gU
        self.grads["W"] = gW
        return self.grads
