import numpy as np


# oracle: shapes X: N D, y: N labels(C)
class Net:
    def __init__(self, D, C, H=4, l2=0.05):
        rng = np.random.default_rng(0)
        self.W1 = rng.standard_normal((D, H))
        self.W2 = rng.standard_normal((H, H))
        self.W3 = rng.standard_normal((H, C))
        self.l2 = l2

    def forward(self, X):
        self.a1 = np.tanh(X @ self.W1)
        self.a2 = np.tanh(self.a1 @ self.W2)
        scores = self.a2 @ self.W3
        scores = scores - scores.max(axis=1, keepdims=True)
        self.logp = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return self.logp

    def loss(self, X, y):
        logp = self.forward(X)
        data = -logp[np.arange(len(y)), y].mean()
        reg = sum((W ** 2).sum() for W in (self.W1, self.W2, self.W3))
        return data + 0.5 * self.l2 * reg

    def backward(self, X, y):
        n = len(y)
        d3 = np.exp(self.logp)
        d3[np.arange(n), y] -= 1
        d3 /= n
        d2 = (d3 @ self.W3.T) * (1 - self.a2 ** 2)
        d1 = (d2 @ self.W2.T) * (1 - self.a1 ** 2)
        self.dW3 = self.a2.T @ d3 + self.l2 * self.W3
        self.dW2 = self.a1.T @ d2 + self.l2 * self.W2
        self.dW1 = X.T @ d1 + self.l2 * self.W1
