import numpy as np


def sigmoid(x):
    return np.exp(-np.logaddexp(0.0, -x))


def log_sigmoid(x):
    """x : np.ndarray (N,)"""
    return -np.logaddexp(0.0, -x)


def log_sigmoid_derivative(x):
    """x : np.ndarray (N,)"""
    # d/dx log s(x) = s'(x) / s(x)
    return sigmoid(x)
