"""leaky relu as used in the discriminator"""
import numpy as np

SLOPE = 0.2


# oracle: shapes x: N D
def leaky_relu(x):
    return np.maximum(SLOPE * x, x)


# oracle: shapes x: N D
def leaky_relu_derivative(x):
    d = np.ones_like(x)
    d[x < 0] = SLOPE
    return d
