"""Exponential linear unit, scalar-friendly and vectorised."""
import numpy as np

ALPHA = 1.3


# oracle: shapes x: N M
def elu(x):
    return np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0)))


def elu_prime(x):
    # for x <= 0 the exponential reproduces itself under d/dx,
    # for x > 0 the unit is the identity
    return np.where(x > 0, 1.0, elu(x))


class Activation:
    """What the network files import."""

    table = {"elu": (elu, elu_prime)}

    @classmethod
    def get(cls, name):
        return cls.table[name]
