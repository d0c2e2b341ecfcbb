"""Zweischichtiges Netz fuer die binaere Klassifikation (Seminar)."""
import numpy as np


class Netz:
    def __init__(self, n_ein, n_versteckt, zufall=1):
        rng = np.random.RandomState(zufall)
        self.params = {
            "W1": rng.randn(n_ein, n_versteckt) * 0.5,
            "b1": np.zeros(n_versteckt),
            "W2": rng.randn(n_versteckt, 1) * 0.5,
            "b2": np.zeros(1),
        }
        self.grads = {}

    # oracle: shapes X: N n_ein
    def forward(self, X):
        p = self.params
        self.h = 1 / (1 + np.exp(-(X @ p["W1"] + p["b1"])))
        self.aus = 1 / (1 + np.exp(-(self.h @ p["W2"] + p["b2"])))
        return self.aus

    # oracle: shapes y: N 1 binary
    def loss(self, aus, y):
        """Mittlere Kreuzentropie."""
        return -np.mean(y * np.log(aus) + (1 - y) * np.log(1 - aus))

    # oracle: shapes X: N n_ein, y: N 1 binary
    def backward(self, X, y):
        n = X.shape[0]
        fehler = (self.aus - y) * self.aus * (1 - self.aus) / n
        self.grads["W2"] = self.h.T @ fehler
        self.grads["b2"] = fehler.sum(axis=0)
        d_h = (fehler @ self.params["W2"].T) * self.h * (1 - self.h)
        self.grads["W1"] = X.T @ d_h
        self.grads["b1"] = d_h.sum(axis=0)
