import numpy as np


def sig(a):
    return 0.5 * (np.tanh(0.5 * a) + 1)


# oracle: shapes x: N D, h: N H, Wz: D H, Uz: H H, Wr: D H, Ur: H H, Wn: D H, Un: H H
def gru_forward(x, h, Wz, Uz, Wr, Ur, Wn, Un):
    z = sig(x @ Wz + h @ Uz)
    r = sig(x @ Wr + h @ Ur)
    n = np.tanh(x @ Wn + (r * h) @ Un)
    return (1 - z) * n + z * h


def gru_backward(dout, x, h, Wz, Uz, Wr, Ur, Wn, Un):
    # recompute the gates
    z = sig(x @ Wz + h @ Uz)
    r = sig(x @ Wr + h @ Ur)
    rh = r * h
    n = np.tanh(x @ Wn + rh @ Un)

    dz = dout * (h - n)
    dn = dout * (1 - z)
    dan = dn * (1 - n * n)
    drh = dan @ Un.T
    dr = drh * h
    dar = dr * r * (1 - r)
    daz = dz * z * (1 - z)

    grads = {}
    grads["x"] = daz @ Wz.T + dar @ Wr.T + dan @ Wn.T
    grads["h"] = dout * z + daz @ Uz.T + dar @ Ur.T + drh * r
    grads["Wz"] = x.T @ daz
    grads["Uz"] = h.T @ daz
    grads["Wr"] = x.T @ dar
    grads["Ur"] = h.T @ dar
    grads["Wn"] = x.T @ dan
    grads["Un"] = rh.T @ dan
    return grads
