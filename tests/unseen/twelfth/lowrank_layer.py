"""Low-rank dense layer y = (x U) V + b that takes its own SGD step (online learning)."""
import numpy as np


# oracle: shapes x: N d_in
class LowRankDense:

    def __init__(self, d_in, d_out, rank=3, lr=0.1):
        rs = np.random.RandomState(11)
        self.U = rs.randn(d_in, rank) / np.sqrt(d_in)
        self.V = rs.randn(rank, d_out) / np.sqrt(rank)
        self.b = np.zeros(d_out)
        self.lr = lr

    def forward(self, x):
        self.x = x
        self.code = x @ self.U
        return self.code @ self.V + self.b

    def backward(self, dy):
        # output side
        self.dV = self.code.T @ dy
        self.db = dy.sum(axis=0)
        self.V = self.V - self.lr * self.dV
        self.b = self.b - self.lr * self.db
        # input side
        dcode = dy @ self.V.T
        self.dU = self.x.T @ dcode
        dx = dcode @ self.U.T
        self.U = self.U - self.lr * self.dU
        return dx
