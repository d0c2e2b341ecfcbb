import numpy as np


# oracle: shapes X: N D, y: N 1 fixed
class Regressor:
    """Three layers, tanh inside, identity on top, mean squared error."""

    def __init__(self, D, H=4):
        g = np.random.default_rng(21)
        dims = [D, H, H, 1]
        self.weights = [g.normal(scale=0.7, size=s) for s in zip(dims[:-1], dims[1:])]

    def forward(self, X):
        self.acts = [X]
        *inner, last = self.weights
        for W in inner:
            self.acts.append(np.tanh(self.acts[-1] @ W))
        return self.acts[-1] @ last

    def loss(self, X, y):
        return np.mean((self.forward(X) - y) ** 2)

    def backward(self, X, y):
        delta = 2 * (self.forward(X) - y) / len(X)
        grads = []
        for W, a in zip(self.weights[::-1], self.acts[::-1]):
            grads.insert(0, a.T @ delta)
            delta = (delta @ W.T) * (1 - a ** 2)
        return grads
