"""Swish / SiLU for my tiny NumPy library."""
import numpy as np

BETA = 1.5


def _sig(v):
    return np.exp(-np.logaddexp(0.0, -v))


# oracle: shapes v: N D
def swish(v):
    return v * _sig(BETA * v)


def swish_derivative(v):
    s = _sig(BETA * v)
    s_neg = _sig(-BETA * v)
    return s + BETA * v * s * s_neg
