"""Dense mixture of experts: y = sum_e softmax(x Wg)_e * (x We[e])."""
import numpy as np


# oracle: shapes x: N D, Wg: D E, We: E D M
class MixtureOfExperts:
    def __init__(self, D=4, M=3, E=3):
        rng = np.random.default_rng(9)
        self.Wg = rng.standard_normal((D, E))
        self.We = rng.standard_normal((E, D, M))

    def forward(self, x):
        self.x = x
        z = x @ self.Wg
        z = np.exp(z - z.max(axis=1, keepdims=True))
        self.p = z / z.sum(axis=1, keepdims=True)
        self.expert_out = np.einsum("nd,edm->nem", x, self.We)
        return np.einsum("ne,nem->nm", self.p, self.expert_out)

    def backward(self, dout):
        dp = np.einsum("nm,nem->ne", dout, self.expert_out)
        dz = dp * self.p * (1 - self.p)
        self.dWg = self.x.T @ dz
        self.dWe = np.einsum("ne,nd,nm->edm", self.p, self.x, dout)
        dx = dz @ self.Wg.T + np.einsum("ne,nm,edm->nd", self.p, dout, self.We)
        return dx
