"""A network as a class that trains itself."""

import numpy as np


class NeuralNetwork:
    def __init__(self, n_in, n_hidden, n_out, rng):
        self.W1 = rng.normal(0, 0.6, (n_in, n_hidden))
        self.b1 = np.zeros(n_hidden)
        self.W2 = rng.normal(0, 0.6, (n_hidden, n_out))
        self.b2 = np.zeros(n_out)

    def sigmoid(self, x):
        return 1.0 / (1.0 + np.exp(-x))

    def sigmoid_derivative(self, s):
        return s * (1 - s)

    def feedforward(self, X):
        self.hidden = self.sigmoid(X @ self.W1 + self.b1)
        self.output = self.sigmoid(self.hidden @ self.W2 + self.b2)
        return self.output

    def backprop(self, X, y, lr):
        n = len(X)
        error = (self.output - y) * 2 / n
        delta_out = error * self.sigmoid_derivative(self.output)
        grad_W2 = self.hidden.T @ delta_out
        grad_b2 = delta_out.sum(axis=0)
        delta_hidden = (delta_out @ self.W2.T) * self.sigmoid_derivative(self.hidden)
        grad_W1 = X.T @ delta_hidden
        grad_b1 = delta_hidden.sum(axis=0)
        self.W2 -= lr * grad_W2
        self.b2 -= lr * grad_b2
        self.W1 -= lr * grad_W1
        self.b1 -= lr * grad_b1

    def train(self, X, y, epochs, lr=0.5):
        for epoch in range(epochs):
            out = self.feedforward(X)
            loss = np.sum((out - y) ** 2) / len(X)
            self.backprop(X, y, lr)
            if epoch % 10 == 0:
                print(f"epoch {epoch}: loss {loss:.5f}")


if __name__ == "__main__":
    rng = np.random.default_rng(7)
    X = rng.random((6, 3))
    y = np.stack([X.sum(axis=1) > 1.5, X[:, 0] > X[:, 1]], axis=1).astype(float)
    network = NeuralNetwork(3, 4, 2, rng)
    network.train(X, y, 30)
    print(network.output.round(2))
