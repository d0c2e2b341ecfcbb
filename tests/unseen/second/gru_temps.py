# GRU minimal (une seule porte) déroulé dans le temps.  Noms français, comme dans le cours.
import numpy as np


def sigmoide(v):
    return 1 / (1 + np.exp(-v))


# oracle: shapes entrees: T N D, etat0: N H, P: D H, Q: H H, A: D H, B: H H
def deroule_forward(entrees, etat0, P, Q, A, B):
    etat = etat0
    memoire = []
    for x in entrees:
        porte = sigmoide(x @ P + etat @ Q)
        candidat = np.tanh(x @ A + etat @ B)
        memoire.append((x, etat, porte, candidat))
        etat = porte * etat + (1 - porte) * candidat
    return etat, (memoire, P, Q, A, B)


def deroule_backward(d_etat, cache):
    memoire, P, Q, A, B = cache
    dP, dQ, dA, dB = (np.zeros_like(m) for m in (P, Q, A, B))
    d_entrees = []
    for x, etat, porte, candidat in reversed(memoire):
        d_porte = d_etat * (etat - candidat) * porte * (1 - porte)
        d_cand = d_etat * (1 - porte) * (1 - candidat ** 2)
        dP += x.T @ d_porte
        dQ += etat.T @ d_porte
        dA += x.T @ d_cand
        dB += etat.T @ d_cand
        d_entrees.append(d_porte @ P.T + d_cand @ A.T)
        d_etat = d_porte @ Q.T + d_cand @ B.T + d_etat * porte
    d_entrees = np.stack(d_entrees[::-1])
    return d_entrees, d_etat, dP, dQ, dA, dB
