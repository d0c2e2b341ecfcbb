import numpy as np

ALPHA = 0.8


# oracle: shapes z: n h
def elu(z):
    """Exponential linear unit: z if z > 0 else ALPHA (e^z - 1)."""
    neg = ALPHA * (np.exp(np.minimum(z, 0.0)) - 1.0)
    return np.where(z > 0, z, neg)


def elu_derivative(z):
    """1 on the positive side; on the negative side the slope of the exponential."""
    slope_neg = ALPHA * (np.exp(np.minimum(z, 0.0)) - 1.0)
    return np.where(z > 0, 1.0, slope_neg)
