"""Overlapping max pooling (3x3, stride 2) like AlexNet's."""
import numpy as np


class MaxPool:
    def __init__(self, k=3, s=2):
        self.k, self.s = k, s

    # oracle: shapes x: N C 7 5
    def forward(self, x):
        k, s = self.k, self.s
        N, C, H, W = x.shape
        self.x = x
        oh, ow = (H - k) // s + 1, (W - k) // s + 1
        y = np.empty((N, C, oh, ow))
        for i in range(oh):
            for j in range(ow):
                y[:, :, i, j] = x[:, :, i * s:i * s + k, j * s:j * s + k].max(axis=(2, 3))
        self.y = y
        return y

    def backward(self, dy):
        k, s = self.k, self.s
        dx = np.zeros_like(self.x)
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                win = self.x[:, :, i * s:i * s + k, j * s:j * s + k]
                hit = win == self.y[:, :, i, j][:, :, None, None]
                spot = dx[:, :, i * s:i * s + k, j * s:j * s + k]
                spot[hit] = np.broadcast_to(dy[:, :, i, j][:, :, None, None], hit.shape)[hit]
        return dx
