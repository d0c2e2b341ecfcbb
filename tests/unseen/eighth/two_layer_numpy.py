"""A two layer network for my blog post, part 3: putting it all together."""
import numpy as np


# oracle: shapes X: N D, y: N labels(C)
class TwoLayerNet:
    def __init__(self, D, H, C):
        rng = np.random.default_rng(0)
        self.W1 = rng.standard_normal((D, H)) * 0.4
        self.b1 = rng.standard_normal(H) * 0.1
        self.W2 = rng.standard_normal((H, C)) * 0.4
        self.b2 = rng.standard_normal(C) * 0.1

    def forward(self, X):
        self.pre = X @ self.W1 + self.b1
        self.hidden = np.maximum(0, self.pre)
        scores = self.hidden @ self.W2 + self.b2
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.probs = e / e.sum(axis=1, keepdims=True)
        return self.probs

    def loss(self, X, y):
        probs = self.forward(X)
        return -np.log(probs[np.arange(len(y)), y]).mean()

    def backward(self, X, y):
        n = X.shape[0]
        dscores = self.probs.copy()
        dscores[np.arange(n), y] -= 1
        dscores /= n

        self.dW2 = self.hidden.T @ dscores
        self.db2 = dscores.sum(axis=0)

        dhidden = dscores @ self.W2.T

        self.dW1 = X.T @ dhidden
        self.db1 = dhidden.sum(axis=0)
