import numpy as np


# oracle: shapes xs: T N D
class VanillaRNN:
    """h_t = tanh(x_t Wx + h_{t-1} Wh + b), time is the first axis."""

    def __init__(self, D, H):
        self.Wx = np.random.randn(D, H) * 0.5
        self.Wh = np.random.randn(H, H) * 0.5
        self.b = np.random.randn(H) * 0.1

    def forward(self, xs):
        T, N, _ = xs.shape
        h = np.zeros((N, self.Wh.shape[0]))
        self.xs, self.hs = xs, [h]
        for t in range(T):
            h = np.tanh(xs[t] @ self.Wx + h @ self.Wh + self.b)
            self.hs.append(h)
        return np.stack(self.hs[1:])

    def backward(self, dhs):
        T = len(dhs)
        self.dWx = np.zeros_like(self.Wx)
        self.dWh = np.zeros_like(self.Wh)
        self.db = np.zeros_like(self.b)
        dxs = np.zeros_like(self.xs)
        dh_next = np.zeros_like(self.hs[0])
        for t in reversed(range(T)):
            dh = dhs[t]
            da = dh * (1 - self.hs[t + 1] ** 2)
            self.dWx += self.xs[t].T @ da
            self.dWh += self.hs[t].T @ da
            self.db += da.sum(axis=0)
            dxs[t] = da @ self.Wx.T
            dh_next = da @ self.Wh.T
        return dxs
