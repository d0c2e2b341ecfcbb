import numpy as np


# oracle: shapes u: N p, v: N q
class Bilinear:
    """out[n, k] = u[n] . W[k] . v[n] + b[k]"""

    def __init__(self, p, q, k=3):
        rng = np.random.default_rng(5)
        self.params = {"W": rng.normal(size=(k, p, q)) / np.sqrt(p * q), "b": rng.normal(size=k)}
        self.grads = {}

    def forward(self, u, v):
        self.u, self.v = u, v
        return np.einsum("ni,kij,nj->nk", u, self.params["W"], v) + self.params["b"]

    def backward(self, dout):
        W = self.params["W"]
        self.grads["W"] = np.einsum("nk,ni,nj->kij", dout, self.u, self.v)
        self.grads["b"] = np.einsum("nk->k", dout)
        du = np.einsum("nk,kij,nj->ni", dout, W, self.v)
        dv = np.einsum("nk,kij,ni->nj", dout, W, self.u)
        return du, dv
