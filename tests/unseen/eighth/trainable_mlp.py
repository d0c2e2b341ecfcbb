import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# oracle: shapes X: N n_in, y: N n_out unit
class MLP:
    def __init__(self, n_in, n_hidden, n_out, lr=0.5):
        rs = np.random.RandomState(1)
        self.W1 = rs.randn(n_in, n_hidden)
        self.b1 = rs.randn(n_hidden)
        self.W2 = rs.randn(n_hidden, n_out)
        self.b2 = rs.randn(n_out)
        self.lr = lr

    def forward(self, X):
        self.a1 = sigmoid(X @ self.W1 + self.b1)
        self.a2 = sigmoid(self.a1 @ self.W2 + self.b2)
        return self.a2

    def loss(self, X, y):
        return 0.5 * np.sum((self.forward(X) - y) ** 2)

    def backward(self, X, y):
        # output layer
        delta2 = (self.a2 - y) * self.a2 * (1 - self.a2)
        self.dW2 = self.a1.T @ delta2
        self.db2 = delta2.sum(axis=0)
        self.W2 = self.W2 - self.lr * self.dW2
        self.b2 = self.b2 - self.lr * self.db2
        # hidden layer
        delta1 = (delta2 @ self.W2.T) * self.a1 * (1 - self.a1)
        self.dW1 = X.T @ delta1
        self.db1 = delta1.sum(axis=0)
        self.W1 = self.W1 - self.lr * self.dW1
        self.b1 = self.b1 - self.lr * self.db1
