# Activaciones de la práctica 2 (redes autonormalizadas)
import numpy as np

ALFA = 1.6732632423543772
ESCALA = 1.0507009873554805


# oracle: shapes entrada: N M
def selu(entrada):
    negativa = ALFA * (np.exp(np.minimum(entrada, 0.0)) - 1.0)
    return ESCALA * np.where(entrada > 0, entrada, negativa)


def selu_derivative(entrada):
    # a la derecha la pendiente es constante, a la izquierda es exponencial
    exponencial = ESCALA * ALFA * np.exp(np.minimum(entrada, 0.0))
    pendiente = np.where(entrada > 0, 1.0, exponencial)
    return pendiente
