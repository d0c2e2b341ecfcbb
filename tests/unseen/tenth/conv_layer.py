import numpy as np


# oracle: shapes x: N C H+3 W+2
class Conv2D:
    def __init__(self, C, F=2, kh=3, kw=2, stride=1):
        self.W = np.random.randn(F, C, kh, kw) * 0.3
        self.b = np.random.randn(F)
        self.stride = stride

    def forward(self, x):
        self.x = x
        F, C, kh, kw = self.W.shape
        s = self.stride
        N, _, H, Wd = x.shape
        oh, ow = (H - kh) // s + 1, (Wd - kw) // s + 1
        y = np.zeros((N, F, oh, ow))
        for i in range(oh):
            for j in range(ow):
                patch = x[:, :, i * s:i * s + kh, j * s:j * s + kw]
                y[:, :, i, j] = np.tensordot(patch, self.W, axes=([1, 2, 3], [1, 2, 3])) + self.b
        return y

    def backward(self, dy):
        F, C, kh, kw = self.W.shape
        s = self.stride
        dx = np.zeros_like(self.x)
        self.dW = np.zeros_like(self.W)
        self.db = dy.sum(axis=(0, 2, 3))
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                patch = self.x[:, :, i * s:i * s + kh, j * s:j * s + kw]
                d = dy[:, :, i, j]
                self.dW += np.tensordot(d, patch, axes=(0, 0))
                dx[:, :, i * s:i * s + kh, j * s:j * s + kw] += np.tensordot(d, self.W, axes=(1, 0))
        return dx
