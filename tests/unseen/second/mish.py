"""Mish for the gating branch."""
import numpy as np


def _softplus(z):
    return np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0)


def mish(z):
    """z: (N, D)"""
    return z * np.tanh(_softplus(z))


def mish_prime(z):
    """z: (N, D)"""
    t = np.tanh(_softplus(z))
    s = 1 / (1 + np.exp(-z))
    return t + z * (1 - t ** 2) * s * (1 - s)
