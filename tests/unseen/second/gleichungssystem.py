# Differenzierbares Lösen von A x = b (adjungierte Methode)
import numpy as np


def loese_forward(A, rechts):
    """A: (N, N), rechts: (N, K)"""
    loesung = np.linalg.solve(A, rechts)
    return loesung, (A, loesung)


def loese_backward(d_loesung, merker):
    A, loesung = merker
    adjungiert = np.linalg.solve(A.T, d_loesung)
    d_A = adjungiert @ loesung.T
    return d_A, adjungiert
