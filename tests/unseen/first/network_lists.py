"""network.py, after the first chapter, whole batch at once (rows are samples)."""
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


class Network:
    def __init__(self, sizes=(3, 4, 4, 2)):
        self.num_layers = len(sizes)
        self.biases = [np.random.randn(n) for n in sizes[1:]]
        self.weights = [np.random.randn(p, n) for p, n in zip(sizes[:-1], sizes[1:])]

    def forward(self, X):
        """X: (N, 3)"""
        a = X
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(a @ w + b)
        return a

    def loss(self, a, y):
        return 0.5 * np.sum((a - y) ** 2)

    def backward(self, X, y):
        """X: (N, 3), y: (N, 2)"""
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activations, zs = [X], []
        for b, w in zip(self.biases, self.weights):
            zs.append(activations[-1] @ w + b)
            activations.append(sigmoid(zs[-1]))
        delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta.sum(axis=0)
        nabla_w[-1] = activations[-2].T @ delta
        for l in range(2, self.num_layers):
            sp = sigmoid_prime(zs[-l])
            delta = (delta @ self.weights[-l + 1].T) * sp
            nabla_b[-l] = delta.sum(axis=0)
            nabla_w[-l] = activations[-l].T @ delta
        return nabla_b, nabla_w
