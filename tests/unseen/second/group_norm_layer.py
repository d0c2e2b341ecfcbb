import numpy as np


class GroupNorm:
    """Group normalisation for images, NCHW.

    The C channels are split into two groups.
    """

    def __init__(self, C=4, G=2, eps=1e-5):
        self.G = G
        self.eps = eps
        self.gamma = np.ones((1, C, 1, 1))
        self.beta = np.zeros((1, C, 1, 1))
        self.dgamma = None
        self.dbeta = None

    # oracle: shapes x: N 4 H W
    def forward(self, x):
        N, C, H, W = x.shape
        g = x.reshape(N, self.G, -1)
        mu = g.mean(axis=2, keepdims=True)
        self.std = np.sqrt(g.var(axis=2, keepdims=True) + self.eps)
        self.hat = (g - mu) / self.std
        self.xhat = self.hat.reshape(x.shape)
        return self.gamma * self.xhat + self.beta

    def backward(self, dout):
        N, C, H, W = dout.shape
        self.dgamma = np.sum(dout * self.xhat, axis=(0, 2, 3), keepdims=True)
        self.dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)

        dhat = (dout * self.gamma).reshape(N, self.G, -1)
        M = C * H * W
        s1 = dhat.sum(axis=2, keepdims=True)
        s2 = (dhat * self.hat).sum(axis=2, keepdims=True)
        dg = (dhat - s1 / M - self.hat * s2 / M) / self.std
        dx = dg.reshape(dout.shape)
        return dx
