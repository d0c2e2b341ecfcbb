import numpy as np


# oracle: shapes entrada: N n_entradas, pesos: n_entradas n_neuronas, sesgo: n_neuronas
class CapaDensaReLU:
    """Capa totalmente conectada seguida de ReLU.

    La red converge, pero a un error mucho mayor que con Keras.
    """

    def __init__(self, n_entradas=4, n_neuronas=3):
        gen = np.random.default_rng(0)
        self.pesos = gen.normal(0, 1, (n_entradas, n_neuronas))
        self.sesgo = gen.normal(0, 1, n_neuronas)

    # oracle: shapes entrada: N n_entradas
    def forward(self, entrada):
        self.entrada = entrada
        self.z = entrada @ self.pesos + self.sesgo
        return np.maximum(self.z, 0)

    def backward(self, grad_salida):
        activas = self.z > 0
        grad_z = grad_salida * activas
        self.grad_pesos = self.entrada.T @ grad_salida
        self.grad_sesgo = grad_z.sum(axis=0)
        grad_entrada = grad_z @ self.pesos.T
        return grad_entrada

    def actualizar(self, tasa=0.01):
        self.pesos -= tasa * self.grad_pesos
        self.sesgo -= tasa * self.grad_sesgo
