import numpy as np

# Eindimensionale "Faltung", wie sie in neuronalen Netzen üblich ist:
# eigentlich eine Kreuzkorrelation, der Kern wird nicht gespiegelt.
#
#   y[i] = sum_j kern[j] * signal[i + j]


# oracle: shapes signal: L+3, kern: 3
def faltung_forward(signal, kern):
    laenge = len(signal) - len(kern) + 1
    y = np.zeros(laenge)
    for i in range(laenge):
        y[i] = np.sum(signal[i:i + len(kern)] * kern)
    return y


def faltung_backward(dy, signal, kern):
    """Gradienten nach Signal und Kern (dy: Gradient nach der Ausgabe)."""
    # Signal: volle Faltung des Ausgabegradienten mit dem Kern
    dsignal = np.convolve(dy, kern[::-1], mode="full")

    # Kern: Korrelation von Signal und Ausgabegradient
    dkern = np.zeros_like(kern)
    for j in range(len(kern)):
        dkern[j] = np.sum(dy * signal[j:j + len(dy)])

    return dsignal, dkern
