"""Dense block with ReLU and inverted dropout; the mask comes from the data loader."""
import numpy as np


# oracle: shapes x: N n_in, mask: N n_out binary fixed
class DenseDrop:
    def __init__(self, n_in, n_out, keep=0.75):
        self.keep = keep
        self.w = np.random.standard_normal((n_out, n_in))
        self.b = np.random.standard_normal(n_out)

    def forward(self, x, mask):
        self.x, self.mask = x, mask
        self.z = x @ self.w.T + self.b
        self.h = np.maximum(self.z, 0)
        return self.h * mask / self.keep

    def backward(self, dout):
        dh = dout * self.mask
        dz = dh * (self.z > 0)
        self.dw = dz.T @ self.x
        self.db = dz.sum(axis=0)
        dx = dz @ self.w
        return dx
