import numpy as np


def _well_posed(A):
    return A + 4.0 * np.eye(A.shape[0])


# oracle: shapes A: n n, b: n k
def solve(A, b):
    """x with (A + 4 I) x = b."""
    return np.linalg.solve(_well_posed(A), b)


def solve_vjp(gx, A, b):
    """
    x = M^-1 b,  dx = M^-1 (db - dM x)
    =>  b_bar = M^-T x_bar,  M_bar = -b_bar x^T
    """
    M = _well_posed(A)
    x = np.linalg.solve(M, b)
    gb = np.linalg.solve(M, gx)
    gA = -gb @ x.T
    return gA, gb
