"""Matrix factorisation of ratings with missing entries, biases and L2."""
import numpy as np


# oracle: shapes U: users k, V: items k, bu: users, bi: items, R: users items fixed, seen: users items binary fixed
def mf_loss_and_grads(U, V, bu, bi, R, seen, lam=0.2):
    pred = U @ V.T + bu[:, None] + bi[None, :]
    err = seen * (pred - R)
    loss = np.sum(err ** 2) + lam * (np.sum(U ** 2) + np.sum(V ** 2) + np.sum(bu ** 2) + np.sum(bi ** 2))

    grads = {}
    grads["U"] = 2 * err @ V + 2 * lam * U
    grads["V"] = 2 * err.T @ U + lam * V
    grads["bu"] = 2 * err.sum(axis=1) + 2 * lam * bu
    grads["bi"] = 2 * err.sum(axis=0) + 2 * lam * bi
    return loss, grads
