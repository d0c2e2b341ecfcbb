import numpy as np


def _system(A):
    n = A.shape[0]
    return A + (n + 2) * np.eye(n)        # keep it well away from singular


# oracle: shapes A: n n, b: n
def solve_forward(A, b):
    """x = (A + (n+2) I)^-1 b"""
    x = np.linalg.solve(_system(A), b)
    return x


def solve_backward(dx, A, b, x):
    """Implicit function theorem: one more solve with the system, then an outer product."""
    db = np.linalg.solve(_system(A), dx)
    dA = -np.outer(db, x)
    return dA, db
