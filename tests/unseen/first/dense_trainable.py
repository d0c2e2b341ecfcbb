import numpy as np


class Dense:
    """Fully-connected layer that updates itself in the backward pass."""

    def __init__(self, n_inputs, n_units, learning_rate=0.1):
        limit = 1 / np.sqrt(n_inputs)
        self.W = np.random.uniform(-limit, limit, (n_inputs, n_units))
        self.b = np.zeros((1, n_units))
        self.learning_rate = learning_rate
        self.layer_input = None

    def forward(self, X, training=True):
        """X: (batch, n_inputs)"""
        self.layer_input = X
        return X.dot(self.W) + self.b

    def backward(self, accum_grad):
        self.dW = self.layer_input.T.dot(accum_grad)
        self.db = np.sum(accum_grad, axis=0, keepdims=True)
        # update the layer weights
        self.W -= self.learning_rate * self.dW
        self.b -= self.learning_rate * self.db
        # gradient for the previous layer
        accum_grad = accum_grad.dot(self.W.T)
        return accum_grad
