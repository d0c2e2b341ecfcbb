"""GELU, tanh approximation (GPT-2 style), forward and backward in numpy."""
import numpy as np

C = np.sqrt(2.0 / np.pi)


def gelu(x):
    """x : (B, H) array"""
    inner = C * (x + 0.044715 * x**3)
    return 0.5 * x * (1.0 + np.tanh(inner))


def gelu_backward(dout, x):
    cube = 0.044715 * x**3
    t = np.tanh(C * (x + cube))
    sech2 = 1.0 - t * t
    return dout * (0.5 * (1.0 + t) + 0.5 * x * sech2 * C * (1.0 + 0.044715 * x**2))
