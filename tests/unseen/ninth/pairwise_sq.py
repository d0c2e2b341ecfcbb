import numpy as np


# oracle: shapes A: M D, B: N D
def pairwise_sq_forward(A, B):
    """All squared distances, no loops (as in the kNN assignment).

    (a - b)^2 = a^2 - 2ab + b^2
    """
    a2 = np.sum(A ** 2, axis=1, keepdims=True)
    b2 = np.sum(B ** 2, axis=1)
    return a2 - 2 * A.dot(B.T) + b2


def pairwise_sq_backward(dD, A, B):
    """
    D_ij = |a_i - b_j|^2
    dA_i = sum_j dD_ij * 2 (a_i - b_j)
    dB_j = sum_i dD_ij * 2 (b_j - a_i)
    """
    rows = dD.sum(axis=1)[:, None]
    cols = dD.sum(axis=0)[:, None]
    dA = 2 * (rows * A - dD.dot(B))
    dB = 2 * (cols * B - dD.T.dot(A))
    return dA, dB
