import numpy as np


def sigmoid(z):
    return 1.0/(1.0+np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z)*(1-sigmoid(z))


class Network(object):

    def __init__(self, sizes=(4, 5, 3)):
        rng = np.random.RandomState(8)
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.biases = [rng.randn(k, 1) for k in sizes[1:]]
        self.weights = [rng.randn(k, j) for j, k in zip(sizes[:-1], sizes[1:])]

    # oracle: shapes X: N 4
    def forward(self, X):
        a = X.T
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(w @ a + b)
        return a.T

    # oracle: shapes X: N 4, y: N 3 fixed
    def loss(self, X, y):
        return 0.5*np.sum((self.forward(X) - y)**2)

    # oracle: shapes X: N 4, y: N 3 fixed
    def backward(self, X, y):
        """Sum of the per-example gradients, as lists of arrays."""
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for xi, yi in zip(X, y):
            delta_b, delta_w = self.backprop(xi[:, None], yi[:, None])
            nabla_b = [nb+dnb for nb, dnb in zip(nabla_b, delta_b)]
            nabla_w = [dnw for nw, dnw in zip(nabla_w, delta_w)]
        return nabla_w, nabla_b

    def backprop(self, x, y):
        delta_b, delta_w = [None]*len(self.biases), [None]*len(self.weights)
        activations, zs = [x], []
        for b, w in zip(self.biases, self.weights):
            zs.append(w @ activations[-1] + b)
            activations.append(sigmoid(zs[-1]))
        delta = (activations[-1]-y)*sigmoid_prime(zs[-1])
        delta_b[-1], delta_w[-1] = delta, delta @ activations[-2].T
        for l in range(2, self.num_layers):
            delta = (self.weights[-l+1].T @ delta)*sigmoid_prime(zs[-l])
            delta_b[-l], delta_w[-l] = delta, delta @ activations[-l-1].T
        return delta_b, delta_w
