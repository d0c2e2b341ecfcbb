"""Couche lineaire a poids normalises (Salimans & Kingma) : W = g * V / ||V||."""
import numpy as np


# oracle: shapes x: N E, V: S E, g: S, b: S
def couche_poids_normalises(x, V, g, b):
    norme = np.sqrt(np.sum(V ** 2, axis=1, keepdims=True))
    direction = V / norme
    poids = g[:, None] * direction
    y = x @ poids.T + b

    def retro(dy):
        dx = dy @ poids
        dpoids = dy.T @ x
        dg = np.sum(dpoids * direction, axis=1)
        # projection orthogonale a la direction
        dV = (g[:, None] / norme) * (dpoids - dg[:, None] * direction)
        db = dy.sum(axis=0)
        return dx, dV, dg, db

    return y, retro
