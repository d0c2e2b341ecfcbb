import numpy as np


def softmax(s):
    s = s - s.max(axis=-1, keepdims=True)
    e = np.exp(s)
    return e / e.sum(axis=-1, keepdims=True)


class SelfAttention:
    """Single head, no mask, no output projection."""

    def __init__(self, dim, d_k):
        self.Wq = np.random.randn(dim, d_k)
        self.Wk = np.random.randn(dim, d_k)
        self.Wv = np.random.randn(dim, d_k)
        self.scale = 1.0 / np.sqrt(d_k)

    # oracle: shapes x: B T dim
    def forward(self, x):
        self.x = x
        self.q, self.k, self.v = x @ self.Wq, x @ self.Wk, x @ self.Wv
        scores = self.q @ self.k.transpose(0, 2, 1)
        self.att = softmax(scores * self.scale)
        return self.att @ self.v

    def backward(self, dout):
        x = self.x
        datt = dout @ self.v.transpose(0, 2, 1)
        dv = self.att.transpose(0, 2, 1) @ dout
        dscores = self.att * (datt - (datt * self.att).sum(-1, keepdims=True))
        dq = dscores @ self.k
        dk = dscores.transpose(0, 2, 1) @ self.q
        self.dWq = np.einsum("btd,btk->dk", x, dq)
        self.dWk = np.einsum("btd,btk->dk", x, dk)
        self.dWv = np.einsum("btd,btk->dk", x, dv)
        dx = dq @ self.Wq.T + dk @ self.Wk.T + dv @ self.Wv.T
        return dx
