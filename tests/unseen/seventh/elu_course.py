import numpy as np


# oracle: shapes x: N
def elu(x, alpha=1.5):
    return np.where(x > 0, x, alpha * (np.exp(np.minimum(x, 0)) - 1))


def relu(x):
    return np.maximum(0, x)


# oracle: shapes x: N
def elu_derivative(x, alpha=1.5):
    slope = np.where(x > 0, 1.0, np.exp(np.minimum(x, 0)))
    return slope
