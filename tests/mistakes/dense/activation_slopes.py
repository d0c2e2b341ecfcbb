"""Elementwise activations and their slopes, all as functions of the pre-activation x."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_prime(x):
    s = sigmoid(x)
    ds = s * (1 - s)
    return ds


def elu(x, alpha=1.3):
    return np.where(x > 0, x, alpha * (np.exp(np.minimum(x, 0)) - 1))


def elu_prime(x, alpha=1.3):
    de = np.where(x > 0, 1.0, alpha * np.exp(np.minimum(x, 0)))
    return de


def swish(x):
    return x * sigmoid(x)


def swish_prime(x):
    sx = sigmoid(x)
    dswish = sx + x * sx * (1 - sx)
    return dswish


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def gelu_prime(x):
    c = np.sqrt(2 / np.pi)
    t = np.tanh(c * (x + 0.044715 * x**3))
    inner = c * (1 + 3 * 0.044715 * x**2)
    dgelu = 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * inner
    return dgelu
