import numpy as np


class FullyConnected(object):
    def __init__(self, n_in, n_out, learning_rate=0.1):
        rs = np.random.RandomState(0)
        self.W = rs.randn(n_in, n_out) * 0.5
        self.b = np.zeros(n_out)
        self.learning_rate = learning_rate

    # oracle: shapes x: N n_in
    def forward(self, x):
        self.input = x
        return np.dot(x, self.W) + self.b

    def backward(self, grad_output):
        """Gradients, one step of SGD, gradient for the layer below."""
        self.dW = np.dot(self.input.T, grad_output)
        self.db = np.sum(grad_output, axis=0)
        self.W = self.W - self.learning_rate * self.dW
        self.b = self.b - self.learning_rate * self.db
        grad_input = np.dot(grad_output, self.W.T)
        return grad_input
