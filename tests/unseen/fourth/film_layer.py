import numpy as np


# Feature-wise gating: h = x * (c @ A) and a linear read-out on top.
# The layer trains itself: backward() does the SGD step as well.
# oracle: shapes x: N n_feat, c: N 3
class FiLMReadout:
    lr = 0.05

    def __init__(self, n_feat, n_cond=3, n_out=2):
        rng = np.random.default_rng(0)
        self.A = rng.normal(size=(n_cond, n_feat))
        self.W = rng.normal(size=(n_feat, n_out))

    def forward(self, x, c):
        self.x, self.c = x, c
        self.gain = c @ self.A
        self.h = x * self.gain
        return self.h @ self.W

    def backward(self, dout):
        self.dW = self.h.T @ dout
        self.W = self.W - self.lr * self.dW
        dh = dout @ self.W.T

        dgain = dh * self.x
        self.dA = self.c.T @ dgain
        dx = dh * self.gain
        dc = dgain @ self.A.T
        self.A = self.A - self.lr * self.dA
        return dx, dc
