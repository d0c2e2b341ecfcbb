"""Matrix factorisation of a small table of ratings, one rating after the other."""
import numpy as np

R = np.array([
    [5, 3, 0, 1],
    [4, 0, 0, 1],
    [1, 1, 0, 5],
    [1, 0, 0, 4],
    [0, 1, 5, 4],
])
N, M, K = len(R), len(R[0]), 2
np.random.seed(9)
P = np.random.rand(N, K)
Q = np.random.rand(M, K)
alpha, beta = 0.01, 0.02


def total(P, Q):
    e = 0
    for i in range(N):
        for j in range(M):
            if R[i][j] > 0:
                e += (R[i][j] - np.dot(P[i], Q[j])) ** 2
                e += beta / 2 * (np.sum(P[i] ** 2) + np.sum(Q[j] ** 2))
    return e


for step in range(40):
    for i in range(N):
        for j in range(M):
            if R[i][j] > 0:
                eij = R[i][j] - np.dot(P[i, :], Q[j, :])
                loss = eij ** 2 + beta / 2 * (np.sum(P[i, :] ** 2) + np.sum(Q[j, :] ** 2))
                grad_p = -2 * eij * Q[j, :] + beta * P[i, :]
                grad_q = -2 * eij * P[i, :] + beta * Q[j, :]
                P[i, :] -= alpha * grad_p
                Q[j, :] -= alpha * grad_q
    if step % 10 == 0:
        print(step, "%.4f" % total(P, Q))
