import numpy as np


def softmax_rows(z):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


# oracle: shapes X: N D, y: N C onehot, W1: D H, b1: 1 H, W2: H C, b2: 1 C
class MnistNet:

    def __init__(self, D, H, C, lr=0.05, decay=0.02):
        self.lr, self.decay = lr, decay
        self.W1 = np.random.randn(D, H) * np.sqrt(2 / D)
        self.b1 = np.zeros((1, H))
        self.W2 = np.random.randn(H, C) * np.sqrt(2 / H)
        self.b2 = np.zeros((1, C))

    def forward(self, X):
        self.z1 = X @ self.W1 + self.b1
        self.a1 = self.z1 * (self.z1 > 0)
        self.p = softmax_rows(self.a1 @ self.W2 + self.b2)
        return self.p

    def loss(self, X, y):
        p = self.forward(X)
        ce = -np.sum(y * np.log(p)) / X.shape[0]
        return ce + self.decay / 2 * (np.sum(self.W1 ** 2) + np.sum(self.W2 ** 2))

    def backward(self, X, y):
        n = X.shape[0]
        d2 = (self.p - y) / n
        d1 = (d2 @ self.W2.T) * (self.z1 > 0)

        self.dW2 = self.a1.T @ d2 + self.decay * self.W2
        self.db2 = np.sum(d2, axis=0, keepdims=True)
        self.dW1 = X.T @ d1 + self.decay * self.W1
        self.db1 = np.sum(d1, axis=0, keepdims=True)

        for name in ("W1", "b1", "W2", "b2"):
            value = getattr(self, name)
            setattr(self, name, value - self.lr * getattr(self, "d" + name))
