# Rede neural de 3 camadas em NumPy puro
import numpy as np


# oracle: shapes X: N n_entrada, y: N n_saida
class RedeNeural:
    def __init__(self, n_entrada=3, n_oculta=4, n_saida=2, taxa=0.1):
        rng = np.random.RandomState(1)
        self.W1 = rng.randn(n_entrada, n_oculta)
        self.b1 = np.zeros(n_oculta)
        self.W2 = rng.randn(n_oculta, n_saida)
        self.b2 = np.zeros(n_saida)
        self.taxa = taxa

    @staticmethod
    def sigmoide(v):
        return 1 / (1 + np.exp(-v))

    def forward(self, X):
        self.a1 = self.sigmoide(X @ self.W1 + self.b1)
        self.a2 = self.a1 @ self.W2 + self.b2
        return self.a2

    def loss(self, X, y):
        erro = self.forward(X) - y
        return 0.5 * np.sum(erro ** 2) / len(X)

    def backward(self, X, y):
        n = len(X)
        delta2 = (self.a2 - y) / n
        self.dW2 = self.a1.T @ delta2
        self.db2 = delta2.sum(axis=0)
        self.W2 = self.W2 - self.taxa * self.dW2
        self.b2 = self.b2 - self.taxa * self.db2

        delta1 = (delta2 @ self.W2.T) * self.a1 * (1 - self.a1)
        self.dW1 = X.T @ delta1
        self.db1 = delta1.sum(axis=0)
        self.W1 = self.W1 - self.taxa * self.dW1
        self.b1 = self.b1 - self.taxa * self.db1
