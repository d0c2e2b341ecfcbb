import numpy as np


def logistic(a):
    return 1.0 / (1.0 + np.exp(-a))


# oracle: shapes x: N d_in, W: d_in d_out, V: d_in d_out, c: d_out
class GLU:
    """Gated linear unit (Dauphin et al. 2017): y = (x W) * sigma(x V + c)"""

    def __init__(self, d_in=4, d_out=3):
        rs = np.random.RandomState(2)
        self.W = rs.normal(0, 0.7, (d_in, d_out))
        self.V = rs.normal(0, 0.7, (d_in, d_out))
        self.c = rs.normal(0, 0.1, d_out)

    def forward(self, x):
        self.x = x
        self.content = x.dot(self.W)
        self.gate = logistic(x.dot(self.V) + self.c)
        return self.content * self.gate

    def backward(self, dy):
        d_content = dy * self.gate
        d_gate_in = dy * self.content * logistic(self.gate) * (1.0 - logistic(self.gate))
        self.dW = self.x.T.dot(d_content)
        self.dV = self.x.T.dot(d_gate_in)
        self.dc = d_gate_in.sum(axis=0)
        dx = d_content.dot(self.W.T) + d_gate_in.dot(self.V.T)
        return dx
