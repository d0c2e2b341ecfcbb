import numpy as np


def _softplus(t):
    return np.logaddexp(0, t)


# oracle: shapes P: U K, Q: I K, b: I, u: n labels(U), i: n labels(I), j: n labels(I)
def bpr_loss_and_grads(P, Q, b, u, i, j, lam=0.3):
    """Bayesian personalised ranking: user u[k] prefers item i[k] over item j[k].

    P are user factors, Q item factors, b item popularity; i and j are sampled with replacement.
    """
    n = len(u)
    diff = Q[i] - Q[j]
    x_uij = np.sum(P[u] * diff, axis=1) + b[i] - b[j]
    loss = np.mean(_softplus(-x_uij)) + lam * (np.sum(P**2) + np.sum(Q**2))

    g = -1.0 / (1.0 + np.exp(x_uij)) / n     # dloss / dx_uij

    dP = 2 * lam * P
    np.add.at(dP, u, g[:, None] * diff)

    dQ = 2 * lam * Q
    np.add.at(dQ, i, g[:, None] * P[u])
    np.add.at(dQ, j, -g[:, None] * P[u])

    db = np.zeros_like(b)
    np.add.at(db, i, g)
    np.add.at(db, j, -g)
    return loss, (dP, dQ, db)
