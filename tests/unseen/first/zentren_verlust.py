"""Center Loss (Wen u. a. 2016): jede Klasse hat ein Zentrum im Merkmalsraum."""
import numpy as np


# oracle: shapes merkmale: N D, zentren: K D, klasse: N labels(K)
def zentren_forward(merkmale, zentren, klasse):
    abstand = merkmale - zentren[klasse]
    return 0.5 * np.sum(abstand**2) / len(merkmale)


def zentren_backward(g, merkmale, zentren, klasse):
    n = len(merkmale)
    abstand = merkmale - zentren[klasse]
    dmerkmale = g * abstand / n
    dzentren = np.zeros_like(zentren)
    dzentren[klasse] -= g * abstand / n
    return dmerkmale, dzentren
