"""GRU cell, after Cho et al.  (my lecture notes, section 7.3)

    r  = s(x Wr + h Ur)
    z  = s(x Wz + h Uz)
    an = x Wn + (r * h) Un
    n  = tanh(an)
    h' = (1 - z) * n + z * h
"""
import numpy as np

s = lambda t: 1.0 / (1.0 + np.exp(-t))


# oracle: shapes x: B D, h: B H, Wr: D H, Ur: H H, Wz: D H, Uz: H H, Wn: D H, Un: H H
def gru_forward(x, h, Wr, Ur, Wz, Uz, Wn, Un):
    r = s(x @ Wr + h @ Ur)
    z = s(x @ Wz + h @ Uz)
    an = x @ Wn + (r * h) @ Un
    n = np.tanh(an)
    hn = (1 - z) * n + z * h
    return hn, (x, h, Wr, Ur, Wz, Uz, Wn, Un, r, z, an, n)


def gru_backward(dhn, cache):
    x, h, Wr, Ur, Wz, Uz, Wn, Un, r, z, an, n = cache
    dn = dhn * (1 - z)
    dz = dhn * (h - n)
    dan = dn * (1 - an ** 2)
    drh = dan @ Un.T
    dar = drh * h * r * (1 - r)
    daz = dz * z * (1 - z)

    dx = dar @ Wr.T + daz @ Wz.T + dan @ Wn.T
    dh = dhn * z + drh * r + dar @ Ur.T + daz @ Uz.T
    dWr, dUr = x.T @ dar, h.T @ dar
    dWz, dUz = x.T @ daz, h.T @ daz
    dWn, dUn = x.T @ dan, (r * h).T @ dan
    return dx, dh, dWr, dUr, dWz, dUz, dWn, dUn
