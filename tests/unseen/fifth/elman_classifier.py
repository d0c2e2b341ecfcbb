"""Sequence classifier with an Elman network, last state -> softmax."""
import numpy as np


# oracle: shapes X: N T D, y: N labels(C)
class ElmanClassifier:
    def __init__(self, D=3, H=4, C=3):
        rs = np.random.RandomState(7)
        self.params = {
            "Wx": rs.randn(D, H) * 0.6,
            "Wh": rs.randn(H, H) * 0.6,
            "b": np.zeros(H),
            "Wo": rs.randn(H, C) * 0.6,
            "bo": np.zeros(C),
        }
        self.grads = {}

    # oracle: shapes X: N T D
    def forward(self, X):
        p = self.params
        N, T, _ = X.shape
        h = np.zeros((N, p["b"].size))
        self.states = [h]
        for t in range(T):
            h = np.tanh(X[:, t] @ p["Wx"] + h @ p["Wh"] + p["b"])
            self.states.append(h)
        return h @ p["Wo"] + p["bo"]

    # oracle: shapes X: N T D, y: N labels(C)
    def loss(self, X, y):
        s = self.forward(X)
        s = s - s.max(axis=1, keepdims=True)
        logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
        return -logp[np.arange(len(y)), y].mean()

    # oracle: shapes X: N T D, y: N labels(C)
    def backward(self, X, y):
        p, N = self.params, len(y)
        s = self.forward(X)
        e = np.exp(s - s.max(axis=1, keepdims=True))
        ds = e / e.sum(axis=1, keepdims=True)
        ds[np.arange(N), y] -= 1.0
        ds /= N
        self.grads = {k: np.zeros_like(v) for k, v in p.items()}
        self.grads["Wo"] += self.states[-1].T @ ds
        self.grads["bo"] += ds.sum(axis=0)
        dh = ds @ p["Wo"].T
        for t in range(X.shape[1] - 1, 0, -1):
            da = dh * (1 - self.states[t + 1] ** 2)
            self.grads["Wx"] += X[:, t].T @ da
            self.grads["Wh"] += self.states[t].T @ da
            self.grads["b"] += da.sum(axis=0)
            dh = da @ p["Wh"].T
        return self.grads
