import numpy as np


# oracle: shapes z: N C, y: N labels(C)
def softmax_cross_entropy(z, y):
    """Value and pullback of the mean cross entropy."""
    n = z.shape[0]
    idx = np.arange(n)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    value = -np.log(p[idx, y]).mean()

    def pullback(g):
        dz = p.copy()
        dz[idx, y - 1] -= 1.0
        dz *= g / n
        return dz

    return value, pullback
