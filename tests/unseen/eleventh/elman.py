# Elman network, column vectors, one sequence at a time (after reading Karpathy's gist)
import numpy as np


# oracle: shapes xs: T D, W_xh: H D, W_hh: H H, W_hy: O H, b_h: H, b_y: O
class Elman:

    def __init__(self, D, H, O):
        self.W_xh = np.random.randn(H, D) * 0.1
        self.W_hh = np.random.randn(H, H) * 0.1
        self.W_hy = np.random.randn(O, H) * 0.1
        self.b_h = np.zeros(H)
        self.b_y = np.zeros(O)

    def forward(self, xs):
        self.xs = xs
        self.hs = {-1: np.zeros(len(self.b_h))}
        ys = []
        for t in range(len(xs)):
            self.hs[t] = np.tanh(self.W_xh @ xs[t] + self.W_hh @ self.hs[t - 1] + self.b_h)
            ys.append(self.W_hy @ self.hs[t] + self.b_y)
        return np.array(ys)

    def backward(self, dys):
        self.dW_xh = np.zeros_like(self.W_xh)
        self.dW_hh = np.zeros_like(self.W_hh)
        self.dW_hy = np.zeros_like(self.W_hy)
        self.db_h = np.zeros_like(self.b_h)
        self.db_y = np.zeros_like(self.b_y)
        dxs = np.zeros_like(self.xs)
        carry = np.zeros_like(self.b_h)
        for t in range(len(dys) - 1, -1, -1):
            self.dW_hy += np.outer(dys[t], self.hs[t])
            self.db_y += dys[t]
            dh = self.W_hy.T @ dys[t] + carry
            draw = dh * (1 - self.hs[t] ** 2)
            self.dW_xh += np.outer(draw, self.xs[t])
            self.dW_hh = np.outer(draw, self.hs[t - 1])
            self.db_h += draw
            dxs[t] = self.W_xh.T @ draw
            carry = self.W_hh.T @ draw
        return dxs
