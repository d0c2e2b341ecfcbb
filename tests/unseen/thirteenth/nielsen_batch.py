import numpy as np


# oracle: shapes z: N D
def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


# oracle: shapes z: N D
def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


# oracle: shapes x: 4 m, y: 3 m
class Network(object):
    """sizes lists the neurons of the layers; samples are columns"""

    def __init__(self, sizes=(4, 5, 6, 3)):
        rng = np.random.default_rng(3)
        self.num_layers = len(sizes)
        self.biases = [rng.standard_normal((n, 1)) for n in sizes[1:]]
        self.weights = [rng.standard_normal((n, k)) for k, n in zip(sizes[:-1], sizes[1:])]

    def forward(self, x):
        self.activations, self.zs = [x], []
        for b, w in zip(self.biases, self.weights):
            self.zs.append(w @ self.activations[-1] + b)
            self.activations.append(sigmoid(self.zs[-1]))
        return self.activations[-1]

    def loss(self, x, y):
        return 0.5 * np.sum((self.forward(x) - y) ** 2) / x.shape[1]

    def backward(self, x, y):
        m = x.shape[1]
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        delta = (self.forward(x) - y) * sigmoid_prime(self.zs[-1])
        nabla_b[-1] = delta.mean(axis=1, keepdims=True)
        nabla_w[-1] = delta @ self.activations[-2].T / m
        for l in range(2, self.num_layers):
            delta = (self.weights[-l + 1].T @ delta) * sigmoid_prime(self.zs[-l])
            nabla_b[-l] = delta.mean(axis=1, keepdims=True)
            nabla_w[-l] = delta @ self.activations[-l - 1].T / m
        return nabla_b, nabla_w
