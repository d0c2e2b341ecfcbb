import numpy as np


class Dropout:
    """Inverted dropout.

    forward takes x of shape (N, D)
    """

    def __init__(self, p=0.5):
        self.p = p
        self.mask = None

    def forward(self, x):
        """x : (N, D)"""
        self.mask = np.random.rand(*x.shape) >= self.p
        return x * self.mask / (1.0 - self.p)

    def backward(self, grad):
        dx = grad / (1.0 - self.p)
        return dx
