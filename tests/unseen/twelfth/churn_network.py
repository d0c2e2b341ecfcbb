import numpy as np


# oracle: shapes X: N n_features, y: N 1 binary
class ChurnNetwork:
    """Two layers, leaky ReLU, sigmoid output, binary cross-entropy."""

    LEAK = 0.05

    def __init__(self, n_features, n_units=5):
        g = np.random.default_rng(3)
        self.W1 = g.normal(size=(n_features, n_units)) * np.sqrt(2.0 / n_features)
        self.b1 = np.zeros((1, n_units))
        self.W2 = g.normal(size=(n_units, 1)) * np.sqrt(1.0 / n_units)
        self.b2 = np.zeros((1, 1))

    def forward(self, X):
        self.pre = X @ self.W1 + self.b1
        self.hid = np.where(self.pre > 0, self.pre, self.LEAK * self.pre)
        self.logit = self.hid @ self.W2 + self.b2
        self.p = 1.0 / (1.0 + np.exp(-self.logit))
        return self.p

    def loss(self, X, y):
        p = self.forward(X)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def backward(self, X, y):
        n = X.shape[0]
        # cross-entropy and sigmoid together
        d_logit = (self.p - y) * self.p * (1 - self.p) / n
        self.dW2 = self.hid.T @ d_logit
        self.db2 = d_logit.sum(axis=0, keepdims=True)
        d_hid = d_logit @ self.W2.T
        d_pre = d_hid * np.where(self.pre > 0, 1.0, self.LEAK)
        self.dW1 = X.T @ d_pre
        self.db1 = d_pre.sum(axis=0, keepdims=True)
