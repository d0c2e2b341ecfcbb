import numpy as np


# oracle: shapes seq: N T n_x
class Elman(object):
    """s_t = tanh(U x_t + W s_{t-1} + c), o_t = V s_t.  Batch first."""

    def __init__(self, n_x, n_s=4, n_o=3):
        rng = np.random.RandomState(0)
        self.U = rng.normal(0, .5, (n_s, n_x))
        self.W = rng.normal(0, .5, (n_s, n_s))
        self.c = rng.normal(0, .5, n_s)
        self.V = rng.normal(0, .5, (n_o, n_s))

    def forward(self, seq):
        N, T, _ = seq.shape
        self.seq = seq
        self.s = np.zeros((T + 1, N, self.W.shape[0]))   # s[-1] is the initial state
        out = []
        for t in range(T):
            self.s[t] = np.tanh(seq[:, t].dot(self.U.T) + self.s[t - 1].dot(self.W.T) + self.c)
            out.append(self.s[t].dot(self.V.T))
        return np.stack(out, axis=1)

    def backward(self, do):
        N, T, _ = do.shape
        self.dU, self.dW, self.dV = (np.zeros_like(p) for p in (self.U, self.W, self.V))
        self.dc = np.zeros_like(self.c)
        dseq = np.zeros_like(self.seq)
        ds = np.zeros((N, self.W.shape[0]))
        for t in reversed(range(T)):
            self.dV += do[:, t].T.dot(self.s[t])
            ds = ds + do[:, t].dot(self.V)
            da = ds * (1 - self.s[t] ** 2)
            self.dU += da.T.dot(self.seq[:, t])
            self.dW += da.T.dot(self.s[t - 1])
            self.dc = da.sum(axis=0)
            dseq[:, t] = da.dot(self.U)
            ds = da.dot(self.W)
        return dseq
