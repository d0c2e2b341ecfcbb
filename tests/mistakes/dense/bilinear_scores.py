import numpy as np


def bilinear(u, A, v):
    """Scores s[n] = u[n]' A v[n] of pairs of vectors.

    u: array of shape (N, D)
    A: array of shape (D, D)
    v: array of shape (N, D)
    returns: array of shape (N,)
    """
    return np.einsum("ni,ij,nj->n", u, A, v)


def bilinear_backward(ds, u, A, v):
    s = ds[:, None]
    du = s * (v @ A.T)
    dA = (s * u).T @ v
    dv = s * (u @ A)
    return du, dA, dv
