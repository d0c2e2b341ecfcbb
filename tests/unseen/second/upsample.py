import numpy as np


class UpSampling2D:
    """Nearest neighbour up-sampling by repetition of rows and columns.

    Input of shape (N, C, H, W).
    """

    def __init__(self, size=2):
        self.size = size

    def forward(self, X):
        """X: (N, C, H, W)"""
        s = self.size
        return X.repeat(s, axis=2).repeat(s, axis=3)

    def backward(self, accum_grad):
        s = self.size
        rows = accum_grad[:, :, 0::s, :] + accum_grad[:, :, 1::s, :]
        dX = rows[:, :, :, ::s]
        return dX
