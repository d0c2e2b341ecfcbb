"""Homework 2: a two layer neural net from scratch (softmax classifier on top)."""
import numpy as np


# oracle: shapes X: N D, y: N labels(C), W1: D H, b1: H, W2: H C, b2: C
class TwoLayerNet:
    def __init__(self, D, H, C, reg=0.1, lr=0.05, seed=0):
        rng = np.random.default_rng(seed)
        self.W1 = rng.standard_normal((D, H))
        self.b1 = 0.1 * rng.standard_normal(H)
        self.W2 = rng.standard_normal((H, C))
        self.b2 = 0.1 * rng.standard_normal(C)
        self.reg = reg
        self.lr = lr

    def forward(self, X):
        self.z1 = X @ self.W1 + self.b1
        self.a1 = np.maximum(0, self.z1)  # ReLU
        scores = self.a1 @ self.W2 + self.b2
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.probs = e / e.sum(axis=1, keepdims=True)
        return self.probs

    def loss(self, X, y):
        probs = self.forward(X)
        data_loss = -np.log(probs[np.arange(len(y)), y]).mean()
        return data_loss + 0.5 * self.reg * (np.sum(self.W1**2) + np.sum(self.W2**2))

    def backward(self, X, y):
        """one SGD step; the gradients stay in self.dW1, self.db1, ..."""
        N = X.shape[0]
        dscores = self.probs.copy()
        dscores[np.arange(N), y] -= 1
        dscores /= N
        # second layer
        self.dW2 = self.a1.T @ dscores + self.reg * self.W2
        self.db2 = dscores.sum(axis=0)
        da1 = dscores @ self.W2.T
        self.W2 = self.W2 - self.lr * self.dW2
        self.b2 = self.b2 - self.lr * self.db2
        # first layer
        dz1 = da1 * (self.z1 > 0)
        self.dW1 = X.T @ dz1 + self.reg * self.W1
        self.db1 = dz1.sum(axis=0)
        self.W1 = self.W1 - self.lr * self.dW1
        self.b1 = self.b1 - self.lr * self.db1
