import numpy as np


# oracle: shapes gamma: C, beta: C, x: N C H W
class SpatialBatchNorm:
    """Training-time batch norm of feature maps; statistics per channel."""

    def __init__(self, gamma, beta, eps=1e-5):
        self.gamma = gamma
        self.beta = beta
        self.eps = eps

    def forward(self, x):
        mean = x.mean(axis=(0, 2, 3), keepdims=True)
        var = x.var(axis=(0, 2, 3), keepdims=True)
        self.std = np.sqrt(var + self.eps)
        self.x = x
        self.xhat = (x - mean) / self.std
        return self.gamma[None, :, None, None] * self.xhat + self.beta[None, :, None, None]

    def backward(self, dout):
        n, c, h, w = dout.shape
        m = n * h * w
        dshift = dout.sum(axis=(0, 2, 3))
        dscale = (dout * self.xhat).sum(axis=(0, 2, 3))
        self.dgamma, self.dbeta = dscale, dshift
        g = dout * self.gamma.reshape(1, c, 1, 1)
        sum_g = g.sum(axis=(0, 2, 3), keepdims=True)
        sum_gx = (g * self.xhat).sum(axis=(0, 2, 3), keepdims=True)
        dx = (m * g - sum_g - self.xhat * sum_gx) / (m * self.std)
        return dx
