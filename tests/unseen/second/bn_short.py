"""BatchNorm, derived on the board.  No dvar/dmu cross term: sum(x - mu) is zero."""
import numpy as np


def bn_fwd(X, g, h):
    """X: (N, D), g: (D,), h: (D,)"""
    mu = X.mean(axis=0)
    v = ((X - mu) ** 2).mean(axis=0) + 1e-8
    return g * (X - mu) / np.sqrt(v) + h


def bn_bwd(dY, X, g, h):
    n = X.shape[0]
    mu = X.mean(axis=0)
    v = ((X - mu) ** 2).mean(axis=0) + 1e-8
    dXn = dY * g
    dv = -0.5 * np.sum(dXn * (X - mu), axis=0) * v ** -1.5
    dmu = -np.sum(dXn, axis=0) / np.sqrt(v)
    dX = dXn / np.sqrt(v) + dv * 2 * (X - mu) / n + dmu / n
    return dX, np.sum(dY * (X - mu), axis=0) / np.sqrt(v), dY.sum(axis=0)
