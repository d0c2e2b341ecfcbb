import numpy as np


# Couche a base radiale:  phi_nk = exp(-beta_k * |x_n - c_k|^2)
# oracle: shapes x: N d
class CoucheRBF:

    def __init__(self, d, k=4):
        alea = np.random.default_rng(5)
        self.c = alea.normal(size=(k, d))
        self.beta = alea.uniform(0.2, 0.8, size=k)

    def forward(self, x):
        self.ecart = x[:, None, :] - self.c[None, :, :]          # (N, k, d)
        self.dist2 = np.sum(self.ecart ** 2, axis=2)
        self.phi = np.exp(-self.beta * self.dist2)
        return self.phi

    def backward(self, dphi):
        t = dphi * self.phi                                       # (N, k)
        poids = (2 * t * self.beta)[:, :, None] * self.ecart
        dx = -poids.sum(axis=1)
        self.dc = -poids.sum(axis=0)
        self.dbeta = -np.mean(t * self.dist2, axis=0)
        return dx
