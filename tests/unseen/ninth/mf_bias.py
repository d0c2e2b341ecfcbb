import numpy as np
from typing import Dict, Tuple


# oracle: shapes P: U F, Q: I F, bu: U, bi: I, users: K labels(U), items: K labels(I), ratings: K fixed
def mf_loss_and_grad(P, Q, bu, bi, users, items, ratings,
                     mu: float = 3.5, reg: float = 0.02) -> Tuple[float, Dict[str, np.ndarray]]:
    """Biased matrix factorisation over observed (user, item, rating) triples.

    L = sum_k (r_k - mu - bu[u] - bi[i] - P[u].Q[i])^2
        + reg * (|P[u]|^2 + |Q[i]|^2 + bu[u]^2 + bi[i]^2)      for every triple
    """
    gP, gQ = np.zeros_like(P), np.zeros_like(Q)
    gbu, gbi = np.zeros_like(bu), np.zeros_like(bi)
    loss = 0.0
    for u, i, rating in zip(users, items, ratings):
        e = rating - (mu + bu[u] + bi[i] + P[u] @ Q[i])
        loss += e ** 2 + reg * (P[u] @ P[u] + Q[i] @ Q[i] + bu[u] ** 2 + bi[i] ** 2)
        gP[u] += 2 * (reg * P[u] - e * Q[i])
        gQ[i] += 2 * (reg * Q[i] - e * P[u])
        gbu[u] += 2 * (reg * bu[u] - e)
        gbi[i] += 2 * (reg * bi[i] - e)
    return loss, {"P": gP, "Q": gQ, "bu": gbu, "bi": gbi}
