"""Autoencoder sparso (dispense UFLDL), esempi per colonne."""
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Opzioni:
    rho: float = 0.1        # attivazione media desiderata
    beta: float = 3.0       # peso della penalità di sparsità
    decadimento: float = 1e-2


OPZ = Opzioni()


def sigmoide(z):
    return 1.0 / (1.0 + np.exp(-z))


# oracle: shapes W1: H V, b1: H 1, W2: V H, b2: V 1, dati: V M fixed
def autoencoder_value_and_grad(W1, b1, W2, b2, dati):
    m = dati.shape[1]

    # in avanti
    nascosto = sigmoide(W1 @ dati + b1)
    uscita = sigmoide(W2 @ nascosto + b2)
    rho_hat = nascosto.mean(axis=1, keepdims=True)

    errore = 0.5 * np.sum((uscita - dati) ** 2) / m
    kl = np.sum(OPZ.rho * np.log(OPZ.rho / rho_hat) + (1 - OPZ.rho) * np.log((1 - OPZ.rho) / (1 - rho_hat)))
    costo = errore + 0.5 * OPZ.decadimento * (np.sum(W1 ** 2) + np.sum(W2 ** 2)) + OPZ.beta * kl

    # all'indietro
    delta3 = (uscita - dati) * uscita * (1 - uscita)
    delta2 = (W2.T @ delta3) * nascosto * (1 - nascosto)

    dW1 = delta2 @ dati.T / m + OPZ.decadimento * W1
    db1 = delta2.sum(axis=1, keepdims=True) / m
    dW2 = delta3 @ nascosto.T / m + OPZ.decadimento * W2
    db2 = delta3.sum(axis=1, keepdims=True) / m
    return costo, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
