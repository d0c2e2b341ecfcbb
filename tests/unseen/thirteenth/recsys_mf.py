import numpy as np


class Config:
    lam = 0.1


# oracle: shapes P: U K, Q: I K, bu: U, R: U I fixed, M: U I binary
def mf_value_and_grad(P, Q, bu, R, M):
    """Matrix factorisation on the observed entries (M == 1), written with loops as in the lecture."""
    lam = Config.lam
    n_users, n_items = R.shape
    dP = np.zeros_like(P)
    dQ = np.zeros_like(Q)
    dbu = np.zeros_like(bu)
    value = 0.0
    for u in range(n_users):
        for i in range(n_items):
            if M[u, i] == 0:
                continue
            e = R[u, i] - bu[u] - P[u] @ Q[i]
            value = value + e ** 2
            dP[u] += -2 * e * Q[i]
            dQ[i] += -2 * e * P[u]
            dbu[u] += -2 * e
    value = value + lam * (np.sum(P ** 2) + np.sum(Q ** 2))
    dP = dP + 2 * lam * P
    dQ = dQ + lam * Q
    return value, (dP, dQ, dbu)
