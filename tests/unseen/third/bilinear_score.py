"""
Bilinear attention-like score between two vectors: s_n = u_n^T M v_n.
"""
import numpy as np


# oracle: shapes u: n d, M: d d, v: n d
def score_forward(u, M, v):
    return np.einsum("ni,ij,nj->n", u, M, v)


def score_backward(ds, u, M, v):
    du = np.einsum("n,ij,nj->ni", ds, M, v)
    dM = np.einsum("n,ni,nj->ji", ds, u, v)
    dv = np.einsum("n,ni,ij->nj", ds, u, M)
    return du, dM, dv
