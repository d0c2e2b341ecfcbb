# network2.py -- cross-entropy cost, mini-batch in columns, weight decay left to SGD
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


# oracle: shapes x: 3 N, y: 2 N binary
class Network:

    def __init__(self, sizes=[3, 4, 2]):
        rng = np.random.RandomState(1)
        self.sizes = sizes
        self.biases = [rng.randn(n, 1) for n in sizes[1:]]
        self.weights = [rng.randn(n, k) / np.sqrt(k) for k, n in zip(sizes[:-1], sizes[1:])]

    def forward(self, x):
        for b, w in zip(self.biases, self.weights):
            x = sigmoid(w @ x + b)
        return x

    def cost(self, a, y):
        return np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a))) / y.shape[1]

    def backward(self, x, y):
        m = x.shape[1]
        acts = [x]
        for b, w in zip(self.biases, self.weights):
            acts.append(sigmoid(w @ acts[-1] + b))
        nabla_b, nabla_w = [None] * len(self.biases), [None] * len(self.weights)
        delta = acts[-1] - y
        for l in range(len(self.weights) - 1, -1, -1):
            nabla_b[l] = delta.sum(axis=1, keepdims=True) / m
            nabla_w[l] = delta @ acts[l].T / m
            if l > 0:
                delta = (self.weights[l].T @ delta) * acts[l] * (1 - acts[l])
        return nabla_b, nabla_w
