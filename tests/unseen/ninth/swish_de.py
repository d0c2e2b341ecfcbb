# Aktivierungsfunktionen und ihre Ableitungen (Übungsblatt 4)
import numpy as np


def logistisch(z):
    return 1.0 / (1.0 + np.exp(-z))


# oracle: shapes z: N D
def swish(z, steigung=1.5):
    """Swish: z mal logistische Funktion von steigung * z."""
    return z * logistisch(steigung * z)


def swish_prime(z, steigung=1.5):
    """
    Produktregel:  (z * s(kz))' = s(kz) + z * k * s(kz) * (1 - s(kz))
    """
    s = logistisch(steigung * z)
    ableitung = s + z * s * (1.0 - s)
    return ableitung
