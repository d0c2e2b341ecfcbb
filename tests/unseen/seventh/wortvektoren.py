import numpy as np

# Einbettungsschicht: jede Zeile von E ist der Vektor eines Wortes.


# oracle: shapes E: V D, woerter: N T labels(V)
def nachschlagen_forward(E, woerter):
    return E[woerter]                       # (N, T, D)


def nachschlagen_backward(dout, E, woerter):
    dE = np.zeros_like(E)
    saetze, laenge = woerter.shape
    for n in range(saetze):
        for t in range(laenge):
            dE[woerter[n, t]] = dout[n, t]
    return dE
