# activations.py
# the squashing functions of the little framework and their slopes
import numpy as np


# oracle: shapes x: N M
def tanh(x):
    """(e^x - e^-x) / (e^x + e^-x)"""
    e, f = np.exp(x), np.exp(-x)
    return (e - f) / (e + f)


def tanh_derivative(a):
    # a is what tanh() returned, so no need to evaluate it again
    return (1.0 - a) * (1.0 + a)
