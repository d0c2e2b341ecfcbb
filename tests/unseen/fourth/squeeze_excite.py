import numpy as np


# oracle: shapes x: n channels h w
class SqueezeExcite:
    """Hu et al. 2018.  u: mean over space, e: gate per channel."""

    def __init__(self, channels, squeezed=3):
        rng = np.random.default_rng(3)
        self.W1 = rng.standard_normal((channels, squeezed))
        self.W2 = rng.standard_normal((squeezed, channels))

    def forward(self, x):
        self.x = x
        self.u = x.mean(axis=(2, 3))
        self.z = np.tanh(self.u @ self.W1)
        self.e = 1.0 / (1.0 + np.exp(-(self.z @ self.W2)))
        return x * self.e[:, :, None, None]

    def backward(self, dout):
        x, u, z, e = self.x, self.u, self.z, self.e
        de = np.sum(dout * x, axis=(2, 3))
        dlogit = de * e * (1 - e)
        self.dW2 = z.T @ dlogit
        dz = (dlogit @ self.W2.T) * (1 - z ** 2)
        self.dW1 = u.T @ dz
        du = dz @ self.W1.T
        dx = dout * e[:, :, None, None] + np.ones_like(x) * du[:, :, None, None]
        return dx
