"""One GRU step and its gradient."""
import numpy as np


def sigma(a):
    return 1.0 / (1.0 + np.exp(-a))


# oracle: shapes x: N D, h: N H, Wz: D H, Uz: H H, Wr: D H, Ur: H H, Wn: D H, Un: H H
def gru_forward(x, h, Wz, Uz, Wr, Ur, Wn, Un):
    z = sigma(x @ Wz + h @ Uz)
    r = sigma(x @ Wr + h @ Ur)
    n = np.tanh(x @ Wn + (r * h) @ Un)
    return (1 - z) * n + z * h, (x, h, Wz, Uz, Wr, Ur, Wn, Un, z, r, n)


def gru_backward(dout, cache):
    x, h, Wz, Uz, Wr, Ur, Wn, Un, z, r, n = cache

    dn = dout * (1 - z)
    dan = dn * (1 - n * n)
    drh = dan @ Un.T

    dz = dout * (h - n)
    daz = dz * z * (1 - z)

    dr = drh * h
    dar = dr * r * (1 - r)

    dh = dout * z + drh * r + daz @ Uz.T + drh @ Ur.T
    dx = daz @ Wz.T + dar @ Wr.T + dan @ Wn.T

    grads = {
        "x": dx, "h": dh,
        "Wz": x.T @ daz, "Uz": h.T @ daz,
        "Wr": x.T @ dar, "Ur": h.T @ dar,
        "Wn": x.T @ dan, "Un": (r * h).T @ dan,
    }
    return grads
