import numpy as np


# Salimans & Kingma: w = g * v / |v|, one norm for each output unit (column of V)
# oracle: shapes x: N n_in
class WeightNormDense:
    def __init__(self, n_in, n_out=3, seed=0):
        rng = np.random.default_rng(seed)
        self.V = rng.normal(size=(n_in, n_out))
        self.g = rng.uniform(0.5, 2.0, size=n_out)
        self.b = rng.normal(size=n_out)

    def forward(self, x):
        self.x = x
        self.norm = np.sqrt(np.sum(self.V ** 2, axis=0))
        self.unit = self.V / self.norm
        return x @ (self.g * self.unit) + self.b

    def backward(self, dout):
        dw = self.x.T @ dout
        self.dg = np.sum(dw * self.unit)
        self.dV = self.g / self.norm * (dw - self.dg * self.unit)
        self.db = dout.sum(axis=0)
        return dout @ (self.g * self.unit).T
