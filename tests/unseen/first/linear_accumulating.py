import numpy as np


class Linear:
    def __init__(self, in_features, out_features):
        self.W = np.random.randn(out_features, in_features) / np.sqrt(in_features)
        self.b = np.zeros(out_features)
        self.zero_grad()

    def zero_grad(self):
        self.grad_W = np.zeros_like(self.W)
        self.grad_b = np.zeros_like(self.b)

    def forward(self, x):
        """x: (N, in_features)"""
        self._x = x
        return np.inner(x, self.W) + self.b

    def backward(self, grad):
        """grad: (N, out_features)"""
        for g, x in zip(grad, self._x):
            self.grad_W += np.outer(g, x)
            self.grad_b += g
        dx = grad @ self.W
        return dx
