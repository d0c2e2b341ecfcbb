"""Affine layer with built-in input dropout (the mask is drawn from a fixed seed)."""
import numpy as np


class DroppedLinear:
    def __init__(self, D, M, rate=0.4, seed=7):
        self.W = np.random.RandomState(seed).randn(D, M)
        self.rate = rate
        self.seed = seed

    def forward(self, x):
        """x : (N, D)"""
        r = np.random.RandomState(self.seed)
        self.mask = (r.rand(*x.shape) >= self.rate) / (1.0 - self.rate)
        self.x = x
        return (x * self.mask) @ self.W

    def backward(self, dy):
        self.dW = self.x.T @ dy
        dx = dy @ self.W.T * self.mask
        return dx
