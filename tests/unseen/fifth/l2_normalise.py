import numpy as np


# oracle: shapes emb: N D
def l2_normalise_forward(emb):
    """Put every row on the unit sphere (before the cosine similarity)."""
    length = np.sqrt((emb * emb).sum(axis=1, keepdims=True))
    return emb / length


def l2_normalise_backward(grad, emb):
    length = np.sqrt((emb * emb).sum(axis=1, keepdims=True))
    unit = emb / length
    d_emb = grad / length
    return d_emb
