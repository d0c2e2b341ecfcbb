import numpy as np


def sigmoide(x):
    return 1 / (1 + np.exp(-x))


# oracle: shapes X: N D, y: N K binary
class RedNeuronal:
    """Red de dos capas con entropia cruzada binaria."""

    def __init__(self, D, H, K):
        azar = np.random.default_rng(0)
        self.W1 = azar.normal(size=(D, H))
        self.b1 = np.zeros((1, H))
        self.W2 = azar.normal(size=(H, K))
        self.b2 = np.zeros((1, K))

    def forward(self, X):
        self.a1 = sigmoide(X @ self.W1 + self.b1)
        self.salida = sigmoide(self.a1 @ self.W2 + self.b2)
        return self.salida

    def loss(self, X, y):
        s = self.forward(X)
        return -np.mean(np.sum(y * np.log(s) + (1 - y) * np.log(1 - s), axis=1))

    def backward(self, X, y):
        n = X.shape[0]
        delta2 = (self.salida - y) * self.salida * (1 - self.salida) / n
        self.dW2 = self.a1.T @ delta2
        self.db2 = delta2.sum(axis=0, keepdims=True)
        delta1 = (delta2 @ self.W2.T) * self.a1 * (1 - self.a1)
        self.dW1 = X.T @ delta1
        self.db1 = delta1.sum(axis=0, keepdims=True)
