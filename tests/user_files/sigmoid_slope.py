import numpy as np


# oracle: shapes z: N D
def sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


def sigmoid_prime(z):
    return np.exp(-z) / (1 + np.exp(-z)) ** 2
