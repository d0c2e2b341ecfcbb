import numpy as np


class ShallowNet:
    """tanh hidden layer, softmax output, plain SGD inside backward."""

    def __init__(self, n_in, n_hidden, n_out, lr=0.05):
        rng = np.random.default_rng(0)
        self.W1 = rng.normal(size=(n_in, n_hidden))
        self.b1 = np.zeros(n_hidden)
        self.W2 = rng.normal(size=(n_hidden, n_out))
        self.b2 = np.zeros(n_out)
        self.lr = lr

    def forward(self, X):
        """X: (N, n_in)"""
        self.a1 = np.tanh(X @ self.W1 + self.b1)
        s = self.a1 @ self.W2 + self.b2
        e = np.exp(s - s.max(axis=1, keepdims=True))
        self.probs = e / e.sum(axis=1, keepdims=True)
        return self.probs

    def loss(self, probs, y):
        """y: (N, n_out) onehot"""
        return -np.sum(y * np.log(probs)) / len(y)

    def backward(self, X, y):
        """X: (N, n_in), y: (N, n_out) onehot"""
        delta2 = (self.probs - y) / len(X)
        self.dW2 = self.a1.T @ delta2
        self.db2 = delta2.sum(axis=0)
        self.W2 -= self.lr * self.dW2
        self.b2 -= self.lr * self.db2

        delta1 = (delta2 @ self.W2.T) * (1 - self.a1**2)
        self.dW1 = X.T @ delta1
        self.db1 = delta1.sum(axis=0)
        self.W1 -= self.lr * self.dW1
        self.b1 -= self.lr * self.db1
