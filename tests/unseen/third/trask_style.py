import numpy as np


def nonlin(x):
    return 1 / (1 + np.exp(-x))


# oracle: shapes X: N n_in fixed, y: N n_out fixed
class NeuralNetwork:
    def __init__(self, n_in, n_hidden=4, n_out=1):
        np.random.seed(1)
        self.syn0 = 2 * np.random.random((n_in, n_hidden)) - 1
        self.syn1 = 2 * np.random.random((n_hidden, n_out)) - 1

    def forward(self, X):
        self.l1 = nonlin(np.dot(X, self.syn0))
        self.l2 = nonlin(np.dot(self.l1, self.syn1))
        return self.l2

    def loss(self, X, y):
        return 0.5 * np.sum((self.forward(X) - y) ** 2)

    def backward(self, X, y):
        self.forward(X)
        # how far off are we?
        l2_error = self.l2 - y
        l2_delta = l2_error * self.l2 * (1 - self.l2)

        # how much did each l1 value contribute to that?
        l1_delta = np.dot(l2_error, self.syn1.T) * self.l1 * (1 - self.l1)

        self.grad_syn1 = np.dot(self.l1.T, l2_delta)
        self.grad_syn0 = np.dot(X.T, l1_delta)
        return self.grad_syn0, self.grad_syn1
