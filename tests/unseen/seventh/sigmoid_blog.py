import numpy as np


# Miscellaneous functions, used by the network of part one
def sigmoid(z):
    """The sigmoid function.

    Works elementwise on a column vector of weighted inputs.
    """
    return 1.0/(1.0+np.exp(-z))


# oracle: shapes z: N 1
def sigmoid_prime(z):
    """Derivative of the sigmoid function."""
    return sigmoid(z)*(1-z)
