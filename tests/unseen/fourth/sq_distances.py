import numpy as np


def pairwise_sq_dists_forward(A, B):
    """Squared Euclidean distances of all pairs.

    Parameters
    ----------
    A : ndarray of shape (N, D)
    B : ndarray of shape (M, D)

    Returns
    -------
    ndarray of shape (N, M), ``S[i, j] = |A_i - B_j|^2``
    """
    aa = np.einsum("id,id->i", A, A)
    bb = np.einsum("jd,jd->j", B, B)
    return aa[:, None] + bb[None, :] - 2.0 * A @ B.T


def pairwise_sq_dists_backward(dS, A, B):
    """Adjoint of `pairwise_sq_dists_forward`.

    dS/dA_i = 2 sum_j G_ij (A_i - B_j), so with row sums r of G: 2 (r_i A_i - (G B)_i).
    """
    r = dS.sum(axis=1)
    c = dS.sum(axis=0)
    dA = 2.0 * (r[:, None] * A - dS @ B)
    dB = 2.0 * (c[:, None] * B - dS.T @ A)
    return dA, dB
