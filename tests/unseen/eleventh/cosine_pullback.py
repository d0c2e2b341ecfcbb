import numpy as np


# oracle: shapes u: N K, v: N K
def cosine_similarity(u, v):
    """Row-wise cosine between u and v: value and pullback (reverse mode by hand)."""
    nu = np.linalg.norm(u, axis=1)
    nv = np.linalg.norm(v, axis=1)
    c = np.sum(u * v, axis=1) / (nu * nv)

    def pullback(cbar):
        uh = u / nu[:, None]
        vh = v / nv[:, None]
        # the part of the other unit vector that is orthogonal to this one
        ubar = (cbar / nu)[:, None] * (vh - c[:, None] * uh)
        vbar = (cbar / nv)[:, None] * (uh - c[:, None] * vh)
        return ubar, vbar

    return c, pullback
