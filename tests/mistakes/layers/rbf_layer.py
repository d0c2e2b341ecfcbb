import numpy as np


class RBFLayer:
    """phi[n, m] = exp(-beta[m] * |x[n] - c[m]|^2), mixed by a linear readout."""

    def __init__(self, centers, beta, readout):
        self.params = {"centers": centers, "beta": beta, "readout": readout}
        self.grads = {}

    # oracle: shapes centers: M D, beta: M positive, readout: M P, x: N D
    def forward(self, x):
        self.x = x
        self.diff = x[:, None, :] - self.params["centers"][None, :, :]
        self.sq = (self.diff ** 2).sum(axis=2)
        self.phi = np.exp(-self.params["beta"] * self.sq)
        return self.phi @ self.params["readout"]

    def backward(self, dout):
        self.grads["readout"] = self.phi.T @ dout
        dphi = dout @ self.params["readout"].T
        dexp = dphi * self.phi
        self.grads["beta"] = -(dexp * self.sq).sum(axis=0)
        dsq = -dexp * self.params["beta"]
        ddiff = 2 * dsq[:, :, None] * self.diff
        self.grads["centers"] = -ddiff.sum(axis=0)
        return ddiff.sum(axis=1)
