#!/usr/bin/env python
# movie ratings: R ~ U V^T on the observed entries
# (alternating or joint gradient descent, both want these two gradients)
import numpy as np


# oracle: shapes U: users k, V: items k, R: users items fixed, seen: users items binary
def mf_loss_and_grads(U, V, R, seen, mu=0.15):
    E = seen * (U @ V.T - R)
    f = 0.5 * np.sum(E * E) + 0.5 * mu * (np.sum(U * U) + np.sum(V * V))

    # d f / d U_ik = sum_j E_ij V_jk + mu U_ik, V likewise
    grad_U = E @ V + mu * U
    grad_V = E.T @ U
    return f, {"U": grad_U, "V": grad_V}
