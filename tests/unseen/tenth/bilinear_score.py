"""Bilinear scorer  s_n = q_n^T M k_n + <u, q_n>  used for link prediction."""
import numpy as np


# oracle: shapes q: N P, M: P Q, k: N Q, u: P
def score_forward(q, M, k, u):
    return np.einsum("np,pq,nq->n", q, M, k) + q @ u


def score_backward(g, q, M, k, u):
    gq = g[:, None] * (k @ M.T + u[None, :])
    gM = np.einsum("n,np,nq->pq", g, q, k)
    gk = np.einsum("n,np,pq->nq", g, q, M)
    gu = q.T @ g
    return gq, gM, gk, gu
