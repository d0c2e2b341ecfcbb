import numpy as np


# oracle: shapes X: N D, y: N labels(C)
class TwoLayerNet:
    def __init__(self, D, H, C, reg=0.2):
        rs = np.random.RandomState(3)
        self.reg = reg
        self.params = {
            "W1": rs.randn(D, H), "b1": rs.randn(H),
            "W2": rs.randn(H, C), "b2": rs.randn(C),
        }

    def forward(self, X):
        p = self.params
        self.hidden = np.maximum(0, X @ p["W1"] + p["b1"])
        return self.hidden @ p["W2"] + p["b2"]

    def loss(self, X, y):
        s = self.forward(X)
        s = s - s.max(axis=1, keepdims=True)
        probs = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
        data = -np.log(probs[np.arange(len(y)), y]).mean()
        return data + 0.5 * self.reg * sum((self.params[k] ** 2).sum() for k in ("W1", "W2"))

    def backward(self, X, y):
        s = self.forward(X)
        e = np.exp(s - s.max(axis=1, keepdims=True))
        dscores = e / e.sum(axis=1, keepdims=True)
        dscores[np.arange(len(y)), y] -= 1
        dscores /= len(y)

        grads = {}
        grads["W2"] = self.hidden.T @ dscores + self.reg * self.params["W2"]
        grads["b2"] = dscores.sum(axis=0)
        dhidden = dscores @ self.params["W2"].T
        dhidden[self.hidden <= 0] = 0
        grads["W1"] = X.T @ dhidden
        grads["b1"] = dhidden.sum(axis=0)
        return grads
