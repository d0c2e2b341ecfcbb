import numpy as np

ALPHA = 0.7


# oracle: shapes z: N M
def elu(z):
    return np.where(z > 0, z, ALPHA * (np.exp(np.minimum(z, 0)) - 1))


# oracle: shapes z: N M
def elu_prime(z):
    # for z <= 0 the slope is the function itself (shifted)
    slope = np.where(z > 0, 1.0, elu(z) + 1)
    return slope
