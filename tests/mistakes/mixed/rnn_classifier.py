import numpy as np


# oracle: shapes X: N T D, Wx: D H, Wh: H H, b: H, Wo: H C, bo: C
class RNNClassifier:
    """Elman RNN, mean of all hidden states, linear read-out. No loss in here."""

    def __init__(self, D, H, C):
        r = np.random.RandomState(1)
        self.Wx, self.Wh, self.b = r.randn(D, H) * 0.5, r.randn(H, H) * 0.5, r.randn(H) * 0.1
        self.Wo, self.bo = r.randn(H, C), r.randn(C)

    def forward(self, X):
        N, T, _ = X.shape
        self.X = X
        self.hs = [np.zeros((N, self.Wh.shape[0]))]      # hs[t] is the state BEFORE step t
        for t in range(T):
            self.hs.append(np.tanh(X[:, t] @ self.Wx + self.hs[t] @ self.Wh + self.b))
        self.pooled = sum(self.hs[1:]) / T
        return self.pooled @ self.Wo + self.bo

    def backward(self, dlogits):
        T = self.X.shape[1]
        self.dWo = self.pooled.T @ dlogits
        self.dbo = dlogits.sum(axis=0)
        dpooled = dlogits @ self.Wo.T

        self.dWx, self.dWh = np.zeros_like(self.Wx), np.zeros_like(self.Wh)
        self.db = np.zeros_like(self.b)
        dX = np.zeros_like(self.X)
        dh_next = np.zeros_like(dpooled)
        for t in reversed(range(T)):
            dh = dpooled / T + dh_next
            dz = dh * (1 - self.hs[t + 1] ** 2)
            self.dWx += self.X[:, t].T @ dz
            self.dWh += self.hs[t].T @ dz
            self.db += dz.sum(axis=0)
            dX[:, t] = dz @ self.Wx.T
            dh_next = dz @ self.Wh.T
        return dX
