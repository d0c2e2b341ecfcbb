import numpy as np


class PReLU:
    """max(0, x) + slope * min(0, x), one slope per channel; audio layout (batch, channel, time)."""

    def __init__(self, channels, init=0.25):
        self.slope = np.full(channels, init)
        self.grad_slope = None

    # oracle: shapes x: N channels T
    def forward(self, x):
        self.neg = x < 0
        self.x = x
        return np.where(self.neg, self.slope[None, :, None] * x, x)

    def backward(self, grad_out):
        slope = self.slope[None, :, None]
        self.grad_slope = np.sum(grad_out * self.x * self.neg, axis=(0, 1))
        grad_x = grad_out * np.where(self.neg, slope, 1.0)
        return grad_x
