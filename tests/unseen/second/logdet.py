import numpy as np


def logdet_gram(B):
    """log det(I + B B^T / D), used as a diversity penalty.  B: (N, D)"""
    n, d = B.shape
    M = np.eye(n) + B @ B.T / d
    _, val = np.linalg.slogdet(M)

    def pullback(ct):
        # M is symmetric, so there is no transpose to take
        return ct * 2.0 / d * np.linalg.solve(M, B)

    return val, pullback
