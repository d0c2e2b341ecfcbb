import numpy as np


# oracle: shapes Wq: D 2*E, Wk: D 2*E, Wv: D 2*E, Wo: 2*E M, x: B T D
class MultiHeadSelfAttention:
    def __init__(self, Wq, Wk, Wv, Wo, heads=2):
        self.Wq, self.Wk, self.Wv, self.Wo = Wq, Wk, Wv, Wo
        self.heads = heads

    def split(self, t):
        B, T, E = t.shape
        return t.reshape(B, T, self.heads, E // self.heads).transpose(0, 2, 1, 3)

    def merge(self, t):
        B, h, T, e = t.shape
        return t.transpose(0, 2, 1, 3).reshape(B, T, h * e)

    def forward(self, x):
        self.x = x
        self.q = self.split(x @ self.Wq)
        self.k = self.split(x @ self.Wk)
        self.v = self.split(x @ self.Wv)
        self.scale = self.q.shape[-1] ** -0.5
        s = self.scale * self.q @ self.k.swapaxes(-1, -2)
        s = s - s.max(axis=-1, keepdims=True)
        self.p = np.exp(s) / np.exp(s).sum(axis=-1, keepdims=True)
        self.ctx = self.merge(self.p @ self.v)
        return self.ctx @ self.Wo

    def backward(self, dy):
        self.dWo = np.einsum("bte,btm->em", self.ctx, dy)
        dctx = self.split(dy @ self.Wo.T)
        dv = self.p.swapaxes(-1, -2) @ dctx
        dp = dctx @ self.v.swapaxes(-1, -2)
        ds = self.p * (dp - (self.p * dp).sum(axis=-1, keepdims=True))
        dq = self.merge(self.scale * ds @ self.k)
        dk = self.merge(self.scale * ds.swapaxes(-1, -2) @ self.q)
        dv = self.merge(dv)
        self.dWq = np.einsum("btd,bte->de", self.x, dq)
        self.dWk = np.einsum("btd,bte->de", self.x, dk)
        self.dWv = np.einsum("btd,bte->de", self.x, dv)
        dx = dq @ self.Wq.T + dk @ self.Wk.T + dv @ self.Wv.T
        return dx
