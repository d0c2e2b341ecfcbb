"""Bag classifier with attention pooling (multiple-instance learning, Ilse et al. 2018)."""
import numpy as np


def softmax(a, axis):
    e = np.exp(a - a.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


# oracle: shapes X: N T D, y: N labels(C)
class MILNet:
    def __init__(self, D, C, A=4, seed=5):
        r = np.random.RandomState(seed)
        self.V = r.randn(D, A) * 0.6
        self.w = r.randn(A) * 0.6
        self.M = r.randn(D, C) * 0.6
        self.c = r.randn(C) * 0.1

    def forward(self, X):
        self.t = np.tanh(X @ self.V)                          # N T A
        self.att = softmax(self.t @ self.w, axis=1)           # N T
        self.bag = np.einsum("nt,ntd->nd", self.att, X)
        self.prob = softmax(self.bag @ self.M + self.c, axis=1)
        return self.prob

    def loss(self, X, y):
        prob = self.forward(X)
        return -np.mean(np.log(prob[np.arange(len(y)), y]))

    def backward(self, X, y):
        n = len(y)
        d = self.prob.copy()
        d[np.arange(n), y] -= 1.0
        d /= n
        self.grad_M = self.bag.T @ d
        self.grad_c = d.sum(axis=0)
        dbag = d @ self.M.T
        datt = np.einsum("nd,ntd->nt", dbag, X)
        dscore = self.att * (datt - np.sum(self.att * datt, axis=1, keepdims=True))
        self.grad_w = np.einsum("nt,nta->a", dscore, self.t)
        dt = dscore[:, :, None] * self.w
        dpre = dt * (1.0 - self.t ** 2)
        self.grad_V = np.einsum("ntd,nta->da", X, dpre)
