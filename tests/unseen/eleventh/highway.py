import numpy as np


class Highway:
    """y = t * relu(x W_h + b_h) + (1 - t) * x,   t = sigmoid(x W_t + b_t)"""

    def __init__(self, size):
        self.W_h = np.random.randn(size, size) / np.sqrt(size)
        self.b_h = np.zeros(size)
        self.W_t = np.random.randn(size, size) / np.sqrt(size)
        self.b_t = np.full(size, -1.0)

    # oracle: shapes x: N size, W_h: size size, b_h: size, W_t: size size, b_t: size
    def forward(self, x):
        self._x = x
        self._a = x.dot(self.W_h) + self.b_h
        self._h = np.maximum(self._a, 0)
        self._t = 1 / (1 + np.exp(-(x.dot(self.W_t) + self.b_t)))
        return self._t * self._h + (1 - self._t) * x

    def backward(self, dy):
        x, h, t = self._x, self._h, self._t

        da = dy * t * (self._a > 0)
        self.dW_h = x.T.dot(da)
        self.db_h = da.sum(axis=0)

        ds = dy * (h - x) * t * (1 - t)
        self.dW_t = x.T.dot(ds)
        self.db_t = ds.sum(axis=0)

        dx = da.dot(self.W_h.T) + ds.dot(self.W_t.T)
        return dx
