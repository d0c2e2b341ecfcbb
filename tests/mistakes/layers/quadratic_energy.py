import numpy as np


# oracle: shapes x: N D, A: D D, mu: D, c: N
def quadratic_forward(x, A, mu, c):
    """e[n] = 1/2 (x[n] - mu)' A (x[n] - mu) + c[n]; A need not be symmetric."""
    r = x - mu
    return 0.5 * np.einsum("ni,ij,nj->n", r, A, r) + c


def quadratic_backward(de, x, A, mu, c):
    r = x - mu
    dr = 0.5 * (r @ A + r @ A.T)
    dx = de[:, None] * dr
    dmu = -dx.sum(axis=0)
    dA = 0.5 * np.einsum("n,ni,nj->ij", de, r, r)
    dc = de
    return dx, dA, dmu, dc
