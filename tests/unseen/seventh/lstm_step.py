import numpy as np


def sigm(a):
    return 1 / (1 + np.exp(-a))


class LSTMCell:
    """One LSTM step from given h and c (kept fixed); returns the new hidden state."""

    def __init__(self, D, H):
        rs = np.random.RandomState(2)
        self.H = H
        self.W = rs.randn(D + H, 4 * H) * 0.4
        self.b = rs.randn(4 * H) * 0.1

    # oracle: shapes x: N D
    def forward(self, x):
        H = self.H
        n = x.shape[0]
        h_prev = np.full((n, H), 0.3)
        self.c_prev = np.full((n, H), -0.6)
        self.xh = np.hstack([x, h_prev])
        a = self.xh @ self.W + self.b
        self.i, self.f = sigm(a[:, :H]), sigm(a[:, H:2*H])
        self.o, self.g = sigm(a[:, 2*H:3*H]), np.tanh(a[:, 3*H:])
        self.c = self.f * self.c_prev + self.i * self.g
        self.tc = np.tanh(self.c)
        return self.o * self.tc

    def backward(self, dh):
        H, D = self.H, self.xh.shape[1] - self.H
        do = dh * self.tc
        dc = dh * self.o
        di, df, dg = dc * self.g, dc * self.c_prev, dc * self.i
        da = np.hstack([
            di * self.i * (1 - self.i),
            df * self.f * (1 - self.f),
            do * self.o * (1 - self.o),
            dg * (1 - self.g ** 2),
        ])
        self.dW = self.xh.T @ da
        self.db = da.sum(0)
        dx = (da @ self.W.T)[:, :D]
        return dx
