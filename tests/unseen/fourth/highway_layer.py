import numpy as np


def sig(a):
    return 1.0 / (1.0 + np.exp(-a))


# oracle: shapes x: batch dim
class Highway(object):
    """y = T(x) * H(x) + (1 - T(x)) * x"""

    def __init__(self, dim):
        r = np.random.RandomState(42)
        self.params = {
            "Wh": r.randn(dim, dim) / np.sqrt(dim),
            "bh": r.randn(dim) * 0.1,
            "Wt": r.randn(dim, dim) / np.sqrt(dim),
            "bt": r.randn(dim) * 0.1 - 1.0,
        }
        self.grads = {}

    def forward(self, x):
        p = self.params
        self.x = x
        self.ah = x @ p["Wh"] + p["bh"]
        self.at = x @ p["Wt"] + p["bt"]
        self.h = np.tanh(self.ah)
        self.t = sig(self.at)
        return self.t * self.h + (1 - self.t) * x

    def backward(self, dy):
        p = self.params
        x, h, t = self.x, self.h, self.t
        dah = dy * t * (1 - h ** 2)
        dat = dy * (x - h) * t * (1 - t)
        self.grads["Wh"] = x.T @ dah
        self.grads["bh"] = dah.sum(axis=0)
        self.grads["Wt"] = x.T @ dat
        self.grads["bt"] = dat.sum(axis=0)
        dx = dah @ p["Wh"].T + dat @ p["Wt"].T + dy * (1 - t)
        return dx
