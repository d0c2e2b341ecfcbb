import numpy as np


def softsign(x):
    """
    Softsign activation (Glorot & Bengio 2010).

    x: array of shape (N, D)
    """
    return x / (1 + np.abs(x))


def softsign_prime(x):
    """
    d/dx x/(1+|x|)

    x: array of shape (N, D)
    """
    denom = 1 + np.abs(x)
    slope = 1 / denom
    return slope
