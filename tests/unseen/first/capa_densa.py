# Capa densa: salida = entrada @ pesos + sesgo
import numpy as np


def densa_forward(entrada, pesos, sesgo):
    """
    entrada : (N, D)
    pesos   : (D, M)
    sesgo   : (M,)
    """
    return entrada @ pesos + sesgo


def densa_backward(dsalida, entrada, pesos):
    """dsalida tiene la forma (N, M)."""
    dentrada = dsalida @ pesos.T
    dpesos = entrada.T @ dsalida
    dsesgo = dsalida.sum(axis=0)
    return dentrada, dpesos, dsesgo
