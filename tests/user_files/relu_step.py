import numpy as np


# oracle: shapes z: N D
def relu(z):
    return np.maximum(z, 0)


def relu_prime(z):
    return (z >= 0).astype(z.dtype)
