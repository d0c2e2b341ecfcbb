import numpy as np


def bilinear(x1, x2, A):
    """
    Parameters
    ----------
    x1 : array of shape (N, D)
    x2 : array of shape (N, D)
    A : array of shape (D, D)
    """
    return np.einsum("ni,ij,nj->n", x1, A, x2)


def bilinear_vjp(g, x1, x2, A):
    d1 = g[:, None] * (x2 @ A.T)
    d2 = g[:, None] * (x1 @ A)
    dA = x1.T @ x2
    return d1, d2, dA
