# a neural network in a few lines of numpy
import numpy as np


def sigmoid(x):
    return 1.0 / (1 + np.exp(-x))


class NeuralNetwork:
    def __init__(self, n_in=3, n_hidden=4, n_out=1):
        self.weights1 = np.random.rand(n_in, n_hidden)
        self.weights2 = np.random.rand(n_hidden, n_out)

    # oracle: shapes X: N n_in
    def forward(self, X):
        self.layer1 = sigmoid(np.dot(X, self.weights1))
        self.output = sigmoid(np.dot(self.layer1, self.weights2))
        return self.output

    # oracle: shapes y: N n_out
    def loss(self, y):
        return np.sum((y - self.output) ** 2)

    # oracle: shapes X: N n_in, y: N n_out
    def backward(self, X, y):
        d_out = 2 * (self.output - y) * self.output * (1 - self.output)
        self.d_weights2 = np.dot(self.layer1.T, d_out)
        d_hidden = np.dot(d_out, self.weights2.T)
        self.d_weights1 = np.dot(X.T, d_hidden)
