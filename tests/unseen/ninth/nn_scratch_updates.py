import numpy as np


# oracle: shapes X: N 3, y: N 2
class NeuralNetwork:
    """Neural network from scratch: one hidden layer, linear output, trained step by step."""

    def __init__(self, n_inputs=3, n_hidden=4, n_outputs=2, lr=0.3):
        np.random.seed(42)
        self.lr = lr
        self.weights1 = np.random.randn(n_inputs, n_hidden)
        self.weights2 = np.random.randn(n_hidden, n_outputs)

    def forward(self, X):
        self.hidden = np.tanh(X @ self.weights1)
        self.output = self.hidden @ self.weights2
        return self.output

    def loss(self, output, y):
        return np.sum((output - y) ** 2) / (2 * len(y))

    def backward(self, X, y):
        self.forward(X)
        error = (self.output - y) / len(y)

        # output layer
        self.dweights2 = self.hidden.T @ error
        self.weights2 -= self.lr * self.dweights2

        # hidden layer
        hidden_error = error @ self.weights2.T * (1 - self.hidden ** 2)
        self.dweights1 = X.T @ hidden_error
        self.weights1 -= self.lr * self.dweights1

    def train(self, X, y, epochs=100):
        for epoch in range(epochs):
            self.backward(X, y)
            if epoch % 10 == 0:
                print(epoch, self.loss(self.forward(X), y))
