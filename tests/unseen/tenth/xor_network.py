import numpy as np


# oracle: shapes X: N n_in, y: N n_out fixed
class NeuralNetwork:
    def __init__(self, n_in=2, n_hidden=4, n_out=1):
        self.W1 = np.random.randn(n_in, n_hidden)
        self.b1 = np.random.randn(1, n_hidden)
        self.W2 = np.random.randn(n_hidden, n_out)
        self.b2 = np.random.randn(1, n_out)

    def sigmoid(self, s):
        return 1 / (1 + np.exp(-s))

    def forward(self, X):
        self.hidden = self.sigmoid(X @ self.W1 + self.b1)
        self.output = self.sigmoid(self.hidden @ self.W2 + self.b2)
        return self.output

    def loss(self, X, y):
        return 0.5 * np.sum((self.forward(X) - y) ** 2)

    def backward(self, X, y):
        error = self.output - y
        delta_out = error * self.output * (1 - self.output)
        delta_hidden = delta_out @ self.W2.T
        self.dW2 = self.hidden.T @ delta_out
        self.db2 = delta_out.sum(axis=0, keepdims=True)
        self.dW1 = X.T @ delta_hidden
        self.db1 = delta_hidden.sum(axis=0, keepdims=True)
