# Cosine similarity between paired rows (siamese nets, retrieval heads).
#
#   s_i = <a_i, b_i> / (|a_i| |b_i|)
#   ds/da = b / (|a||b|) - s a / |a|^2
#
import numpy as np


# oracle: shapes a: N D, b: N D
def cosine_fwd(a, b):
    na = np.sqrt((a * a).sum(axis=1))
    nb = np.sqrt((b * b).sum(axis=1))
    return (a * b).sum(axis=1) / (na * nb)


def cosine_bwd(ds, a, b):
    na = np.sqrt((a * a).sum(axis=1))
    nb = np.sqrt((b * b).sum(axis=1))
    s = (a * b).sum(axis=1) / (na * nb)

    da = b / (na * nb)[:, None] - a * (s / na ** 2)[:, None]
    db = a / (na * nb)[:, None] - b * (s / nb)[:, None]
    da = da * ds[:, None]
    db = db * ds[:, None]
    return da, db
