# Chargen-Normalisierung, kompakte Form (Übungsblatt 7)
import numpy as np

EPS = 1e-5


# oracle: shapes eingabe: N D, skala: D, versatz: D
def norm_vorwaerts_forward(eingabe, skala, versatz):
    mittel = eingabe.mean(axis=0)
    varianz = eingabe.var(axis=0)
    istd = 1.0 / np.sqrt(varianz + EPS)
    normiert = (eingabe - mittel) * istd
    ausgabe = skala * normiert + versatz
    return ausgabe, (normiert, istd, skala)


def norm_vorwaerts_backward(d_ausgabe, speicher):
    normiert, istd, skala = speicher
    n = d_ausgabe.shape[0]
    d_versatz = d_ausgabe.sum(axis=0)
    d_skala = (d_ausgabe * normiert).sum(axis=0)
    # alles in einer Zeile, siehe Skript S. 41
    d_eingabe = skala * istd / n * (n * d_ausgabe - d_versatz - normiert * d_versatz)
    return d_eingabe, d_skala, d_versatz
