import numpy as np


def sig(a):
    return 0.5 * (1 + np.tanh(0.5 * a))


class LSTM:
    """Whole-sequence LSTM, returns every hidden state. Gate order i, f, g, o."""

    def __init__(self, D, H):
        self.H = H
        self.params = {"Wx": np.random.randn(D, 4 * H), "Wh": np.random.randn(H, 4 * H), "b": np.zeros(4 * H)}
        self.grads = {}

    # oracle: shapes x: N T D, Wx: D 4*H, Wh: H 4*H, b: 4*H
    def forward(self, x):
        N, T, D = x.shape
        p, H = self.params, self.H
        h, c = np.zeros((N, H)), np.zeros((N, H))
        self.x, self.steps = x, []
        out = np.empty((N, T, H))
        for t in range(T):
            a = x[:, t] @ p["Wx"] + h @ p["Wh"] + p["b"]
            i, f = sig(a[:, :H]), sig(a[:, H:2 * H])
            g, o = np.tanh(a[:, 2 * H:3 * H]), sig(a[:, 3 * H:])
            c_new = f * c + i * g
            self.steps.append((h, c, i, f, g, o, c_new))
            c = c_new
            h = o * np.tanh(c)
            out[:, t] = h
        return out

    def backward(self, dout):
        p = self.params
        self.grads = {k: np.zeros_like(v) for k, v in p.items()}
        dx = np.zeros_like(self.x)
        dh_next = dc_next = 0
        for t in reversed(range(dout.shape[1])):
            h, c, i, f, g, o, c_new = self.steps[t]
            tc = np.tanh(c_new)
            dh = dout[:, t] + dh_next
            dc = dc_next + dh * o * (1 - tc ** 2)
            da = np.concatenate([dc * g * i * (1 - i),
                                 dc * c * f * (1 - f),
                                 dc * i * (1 - g ** 2),
                                 dh * tc * o * (1 - o)], axis=1)
            self.grads["Wx"] += self.x[:, t].T @ da
            self.grads["Wh"] += h.T @ da
            self.grads["b"] += da.sum(0)
            dx[:, t] = da @ p["Wx"].T
            dh_next = da @ p["Wh"].T
            dc_next = dc * f
        return dx
