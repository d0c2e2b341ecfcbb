import numpy as np


def cosine_forward(u, v):
    """Cosine similarity of matching rows.

    u : (n, d)
    v : (n, d)
    returns (n,)
    """
    nu = np.linalg.norm(u, axis=1)
    nv = np.linalg.norm(v, axis=1)
    return (u * v).sum(1) / (nu * nv)


def cosine_backward(g, u, v):
    nu = np.linalg.norm(u, axis=1)[:, None]
    nv = np.linalg.norm(v, axis=1)[:, None]
    c = cosine_forward(u, v)[:, None]
    g = g[:, None]
    du = g * (v / (nu * nv) - c * u / nu)
    dv = g * (u / (nu * nv) - c * v / nv**2)
    return du, dv
