"""LSTM over a whole sequence; gates stacked as (i, f, g, o)."""
import numpy as np

sig = lambda v: 1 / (1 + np.exp(-v))


class LSTM:
    def __init__(self, D, H):
        rng = np.random.default_rng(3)
        self.W = rng.normal(size=(D + H, 4 * H)) * 0.3
        self.b = np.zeros(4 * H)
        self.H = H

    def forward(self, xs):
        """xs: (T, N, D)"""
        T, N, _ = xs.shape
        h = c = np.zeros((N, self.H))
        self.tape, hs = [], []
        for x in xs:
            z = np.concatenate([x, h], axis=1)
            i, f, g, o = np.split(z @ self.W + self.b, 4, axis=1)
            i, f, g, o = sig(i), sig(f), np.tanh(g), sig(o)
            c_old = c
            c = f * c + i * g
            h = o * np.tanh(c)
            self.tape.append((z, i, f, g, o, c_old, c))
            hs.append(h)
        return np.stack(hs)

    def backward(self, dhs):
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)
        D = self.W.shape[0] - self.H
        dxs = []
        dh = dc = np.zeros_like(dhs[0])
        for (z, i, f, g, o, c_old, c), up in zip(reversed(self.tape), dhs[::-1]):
            dh = dh + up
            tc = np.tanh(c)
            dc = dc + dh * o * (1 - tc ** 2)
            dz = np.concatenate([
                dc * g * i * (1 - i),
                dc * c_old * f * (1 - f),
                dc * i * (1 - g) ** 2,
                dh * tc * o * (1 - o),
            ], axis=1)
            self.dW += z.T @ dz
            self.db += dz.sum(axis=0)
            dzx = dz @ self.W.T
            dxs.append(dzx[:, :D])
            dh = dzx[:, D:]
            dc = dc * f
        dx = np.stack(dxs[::-1])
        return dx
