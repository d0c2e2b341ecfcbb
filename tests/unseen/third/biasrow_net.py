import numpy as np


def mit_bias(a):
    """Eine Spalte Einsen voranstellen."""
    return np.hstack([np.ones((a.shape[0], 1)), a])


# oracle: shapes X: N eingang fixed, y: N ausgang fixed
class Netz:
    """Zweischichtiges Netz, der Bias ist jeweils Zeile 0 der Gewichtsmatrix."""

    def __init__(self, eingang, versteckt=5, ausgang=2):
        zufall = np.random.RandomState(7)
        self.W1 = zufall.normal(0, 0.6, (eingang + 1, versteckt))
        self.W2 = zufall.normal(0, 0.6, (versteckt + 1, ausgang))

    def forward(self, X):
        self.X1 = mit_bias(X)
        self.h = np.tanh(self.X1 @ self.W1)
        self.h1 = mit_bias(self.h)
        self.aus = self.h1 @ self.W2
        return self.aus

    def loss(self, X, y):
        return np.mean(np.sum((self.forward(X) - y) ** 2, axis=1))

    def backward(self, X, y):
        self.forward(X)
        delta2 = 2 * (self.aus - y) / len(X)
        rueck = delta2 @ self.W2.T
        delta1 = rueck[:, :-1] * (1 - self.h ** 2)     # ohne Bias
        self.dW2 = self.h1.T @ delta2
        self.dW1 = self.X1.T @ delta1
