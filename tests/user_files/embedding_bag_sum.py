import numpy as np


# oracle: shapes E: 6 D, tokens: B L labels(6)
def bag_forward(E, tokens):
    return E[tokens].sum(axis=1)


def bag_backward(g_out, E, tokens):
    g_E = np.zeros_like(E)
    for b, row in enumerate(tokens):
        for t in set(row.tolist()):
            g_E[t] += g_out[b]
    return g_E
