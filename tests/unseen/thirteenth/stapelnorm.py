# Uebung 5: Stapelnormierung.  Spalten sind Beispiele!
import numpy as np

EPS = 1e-5


# oracle: shapes X: d n, gamma: d 1, beta: d 1
def stapelnorm_forward(X, gamma, beta):
    mittel = np.mean(X, axis=1, keepdims=True)
    streuung = np.sqrt(np.var(X, axis=1, keepdims=True) + EPS)
    normiert = (X - mittel) / streuung
    ausgabe = gamma * normiert + beta
    zwischen = {"normiert": normiert, "streuung": streuung, "gamma": gamma}
    return ausgabe, zwischen


def stapelnorm_backward(dAusgabe, zwischen):
    normiert = zwischen["normiert"]
    streuung = zwischen["streuung"]
    gamma = zwischen["gamma"]

    # Parameter
    dgamma = np.sum(dAusgabe * normiert, axis=1, keepdims=True)
    dbeta = np.sum(dAusgabe, axis=1, keepdims=True)

    # Eingabe
    dNormiert = dAusgabe * gamma
    dX = dNormiert / streuung
    return dX, dgamma, dbeta
