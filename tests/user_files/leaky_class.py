import numpy as np


class LeakyReLU:
    # oracle: shapes x: N D
    def __init__(self, alpha=0.2):
        self.alpha = alpha

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.alpha * x)

    def backward(self, grad_output):
        grad_input = grad_output.copy()
        grad_input[self.x < 0] *= 1 - self.alpha
        return grad_input
