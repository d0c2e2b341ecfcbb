"""Attention pooling: a learned query summarises a sequence."""
import numpy as np


class AttentionPool:
    def __init__(self, D, K=2):
        rng = np.random.default_rng(9)
        self.W = rng.normal(size=(D, K))
        self.u = rng.normal(size=(K,))

    def forward(self, H):
        """H: (N, T, D)"""
        self.H = H
        self.k = np.tanh(H @ self.W)
        e = self.k @ self.u
        e = np.exp(e - e.max(axis=1, keepdims=True))
        self.alpha = e / e.sum(axis=1, keepdims=True)
        self.out = np.einsum("nt,ntd->nd", self.alpha, H)
        return self.out

    def backward(self, dout):
        # <dout, H_t - out> is dalpha with its mean already taken off
        de = self.alpha * np.einsum("nd,ntd->nt", dout, self.H - self.out[:, None])
        self.du = np.einsum("nt,ntk->k", de, self.k)
        dk = de[..., None] * self.u * (1 - self.k ** 2)
        self.dW = np.einsum("ntd,ntk->dk", self.H, dk)
        dH = dk @ self.W.T + self.alpha[..., None] * dout[:, None]
        return dH
