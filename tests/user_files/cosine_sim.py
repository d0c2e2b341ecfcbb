import numpy as np


# oracle: shapes u: D+1, v: D+1
def cosine(u, v):
    nu, nv = np.linalg.norm(u), np.linalg.norm(v)
    c = u @ v / (nu * nv)

    def vjp(g):
        du = v / (nu * nv) - c * u / nu**2
        dv = g * (u / (nu * nv) - c * v / nv**2)
        return du, dv

    return c, vjp
