# Sous-échantillonnage par moyenne, fenêtre 3, pas 2
import numpy as np

FENETRE = 3
PAS = 2


def pool_moyenne_forward(entree):
    """entree : (N, C, L+2)"""
    n_sorties = (entree.shape[2] - FENETRE) // PAS + 1
    morceaux = [entree[:, :, i * PAS:i * PAS + FENETRE].mean(axis=2) for i in range(n_sorties)]
    return np.stack(morceaux, axis=2)


def pool_moyenne_backward(d_sortie, entree):
    d_entree = np.zeros_like(entree)
    for i in range(d_sortie.shape[2]):
        debut = i * PAS
        d_entree[:, :, debut:debut + FENETRE] += d_sortie[:, :, i:i + 1] / PAS
    return d_entree
