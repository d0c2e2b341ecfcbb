"""Differentiable Kalman gain (learning the observation model by gradient descent).

P = L L'           state covariance, by its square root
S = H P H' + R     innovation covariance, R = diag(exp(r))
K = P H' S^-1
"""
import numpy as np


# oracle: shapes L: n n, H: m n, r: m
def kalman_gain(L, H, r):
    P = L @ L.T
    G = P @ H.T
    S = H @ G + np.diag(np.exp(r))
    Sinv = np.linalg.inv(S)
    K = G @ Sinv
    return K


def kalman_gain_backward(dK, L, H, r):
    P = L @ L.T
    G = P @ H.T
    S = H @ G + np.diag(np.exp(r))
    Sinv = np.linalg.inv(S)

    dSinv = G.T @ dK
    dS = Sinv.T @ dSinv @ Sinv.T          # d(S^-1) = -S^-1 dS S^-1
    dG = dK @ Sinv.T + H.T @ dS
    dH = dS @ G.T + dG.T @ P
    dP = dG @ H
    dL = (dP + dP.T) @ L
    dr = np.diag(dS) * np.exp(r)
    return dL, dH, dr
