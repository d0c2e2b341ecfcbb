# -*- coding: utf-8 -*-
# Trabalho 2 - funcoes de ativacao (bent identity)
import numpy as np


# oracle: shapes x: N M
def identidade_curva(x):
    raiz = np.sqrt(x ** 2 + 1)
    return (raiz - 1) / 2 + x


def identidade_curva_derivative(x):
    # d/dx sqrt(x^2 + 1) = x / sqrt(x^2 + 1), dividido por dois, mais a reta
    raiz = np.sqrt(x ** 2 + 1)
    return x / raiz + 1


def camada(x, w, b):
    return identidade_curva(x @ w + b)
