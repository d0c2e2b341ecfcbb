import numpy as np


# oracle: shapes x: B T D, g: 1
def scalenorm_forward(x, g):
    # ScaleNorm (Nguyen & Salazar 2019): one learned length for all vectors
    inv = 1.0 / np.linalg.norm(x, axis=-1, keepdims=True)
    u = x * inv
    return g * u, (u, inv, g)


def scalenorm_backward(dy, cache):
    u, inv, g = cache
    along = (dy * u).sum(axis=-1, keepdims=True)
    dg = along.sum().reshape(1)
    dx = g * inv * (dy - along * u)
    return dx, dg
