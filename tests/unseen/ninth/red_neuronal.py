# Práctica 3: red neuronal de tres capas, sin sesgos
import numpy as np


# oracle: shapes X: N 4, y: N 4
class RedNeuronal:
    def __init__(self, n=4, semilla=5):
        gen = np.random.RandomState(semilla)
        self.W1 = gen.randn(n, n)
        self.W2 = gen.randn(n, n)
        self.W3 = gen.randn(n, n)

    def forward(self, X):
        self.oculta1 = np.tanh(X @ self.W1)
        self.oculta2 = np.tanh(self.oculta1 @ self.W2)
        self.salida = self.oculta2 @ self.W3
        return self.salida

    def loss(self, salida, y):
        # error cuadrático, medio sobre los ejemplos
        return 0.5 * np.sum((salida - y) ** 2) / y.shape[0]

    def backward(self, X, y):
        salida = self.forward(X)
        n_ejemplos = y.shape[0]

        delta3 = (salida - y) / n_ejemplos
        delta2 = (delta3 @ self.W3.T) * (1 - self.oculta2 ** 2)
        delta1 = (delta2 @ self.W3.T) * (1 - self.oculta1 ** 2)

        self.dW3 = self.oculta2.T @ delta3
        self.dW2 = self.oculta1.T @ delta2
        self.dW1 = X.T @ delta1

    def entrenar(self, X, y, tasa=0.05, epocas=200):
        for _ in range(epocas):
            self.backward(X, y)
            for capa in ("W1", "W2", "W3"):
                setattr(self, capa, getattr(self, capa) - tasa * getattr(self, "d" + capa))
