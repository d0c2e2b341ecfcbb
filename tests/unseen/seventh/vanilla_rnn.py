import numpy as np


# oracle: shapes xs: T N D
class RNN:
    """h_t = tanh(x_t Wx + h_{t-1} Wh + b), all hidden states are returned."""

    def __init__(self, D, H):
        rng = np.random.default_rng(5)
        self.params = {
            "Wx": rng.normal(size=(D, H)) / np.sqrt(D),
            "Wh": rng.normal(size=(H, H)) / np.sqrt(H),
            "b": np.zeros(H),
        }
        self.grads = {}

    def forward(self, xs):
        T, N, _ = xs.shape
        H = self.params["b"].size
        self.xs = xs
        self.hs = np.zeros((T + 1, N, H))       # hs[0] is the start state
        for t in range(T):
            z = xs[t] @ self.params["Wx"] + self.hs[t] @ self.params["Wh"] + self.params["b"]
            self.hs[t + 1] = np.tanh(z)
        return self.hs[1:].copy()

    def backward(self, dhs):
        g = {k: np.zeros_like(v) for k, v in self.params.items()}
        dxs = np.zeros_like(self.xs)
        dnext = np.zeros_like(self.hs[0])
        for t in reversed(range(len(self.xs))):
            dh = dhs[t]
            dz = dh * (1 - self.hs[t + 1] ** 2)
            g["Wx"] += self.xs[t].T @ dz
            g["Wh"] += self.hs[t].T @ dz
            g["b"] += dz.sum(axis=0)
            dxs[t] = dz @ self.params["Wx"].T
            dnext = dz @ self.params["Wh"].T
        self.grads = g
        return dxs
