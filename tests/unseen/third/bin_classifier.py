from dataclasses import dataclass, field
import numpy as np


def expit(t):
    return 1.0 / (1.0 + np.exp(-t))


# oracle: shapes X: N D fixed, y: N 1 binary
@dataclass
class BinaryClassifier:
    D: int
    H: int = 5
    params: dict = field(default_factory=dict)
    grads: dict = field(default_factory=dict)

    def __post_init__(self):
        g = np.random.default_rng(11)
        self.params["W1"] = g.normal(size=(self.D, self.H)) * 0.5
        self.params["b1"] = np.zeros((1, self.H))
        self.params["W2"] = g.normal(size=(self.H, 1)) * 0.5
        self.params["b2"] = np.zeros((1, 1))

    def forward(self, X):
        p = self.params
        self.z1 = X @ p["W1"] + p["b1"]
        self.h = np.maximum(self.z1, 0)
        self.prob = expit(self.h @ p["W2"] + p["b2"])
        return self.prob

    def loss(self, X, y):
        q = self.forward(X)
        return -np.mean(y * np.log(q) + (1 - y) * np.log(1 - q))

    def backward(self, X, y):
        n = len(X)
        q = self.forward(X)
        delta2 = (q - y) * q * (1 - q) / n
        self.grads["W2"] = self.h.T @ delta2
        self.grads["b2"] = delta2.sum(axis=0, keepdims=True)
        delta1 = (delta2 @ self.params["W2"].T) * (self.z1 > 0)
        self.grads["W1"] = X.T @ delta1
        self.grads["b1"] = delta1.sum(axis=0, keepdims=True)
        return self.grads
