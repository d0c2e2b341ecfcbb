import numpy as np

FACTOR = 2


# Hochskalieren mit naechstem Nachbarn, Bilder als (Bild, Kanal, Hoehe, Breite)
# oracle: shapes bild: N K H B
def hochskalieren_forward(bild):
    n, k, h, b = bild.shape
    gross = np.zeros((n, k, h * FACTOR, b * FACTOR))
    for u in range(FACTOR):
        for v in range(FACTOR):
            gross[:, :, u::FACTOR, v::FACTOR] = bild
    return gross


def hochskalieren_backward(d_gross, bild):
    d_bild = np.zeros_like(bild)
    for u in range(FACTOR):
        for v in range(FACTOR):
            # jeder Pixel ging an FACTOR*FACTOR Stellen
            d_bild = d_gross[:, :, u::FACTOR, v::FACTOR]
    return d_bild
