"""Mish activation (Misra 2019):  mish(x) = x * tanh(softplus(x))."""
import numpy as np


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def mish(x):
    return x * np.tanh(softplus(x))


def mish_prime(x):
    # product rule, with w = tanh(softplus(x))
    w = np.tanh(softplus(x))
    return w + x * (1 - w ** 2)
