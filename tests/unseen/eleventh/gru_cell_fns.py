import numpy as np

expit = lambda v: 1.0 / (1.0 + np.exp(-v))


# oracle: shapes x: N D, h: N H, Wz: D H, Uz: H H, Wr: D H, Ur: H H, Wn: D H, Un: H H
def gru_forward(x, h, Wz, Uz, Wr, Ur, Wn, Un):
    z = expit(x @ Wz + h @ Uz)            # update gate
    r = expit(x @ Wr + h @ Ur)            # reset gate
    n = np.tanh(x @ Wn + (r * h) @ Un)    # candidate
    out = (1 - z) * n + z * h
    return out, (x, h, z, r, n, Wz, Uz, Wr, Ur, Wn, Un)


def gru_backward(dout, cache):
    x, h, z, r, n, Wz, Uz, Wr, Ur, Wn, Un = cache

    # out = (1 - z) n + z h
    dn = dout * (1 - z)
    dz = dout * (n - h)

    # candidate
    dan = dn * (1 - n * n)
    dWn = x.T @ dan
    dUn = (r * h).T @ dan
    drh = dan @ Un.T
    dr = drh * h

    # gates
    dar = dr * r * (1 - r)
    daz = dz * z * (1 - z)
    dWr, dUr = x.T @ dar, h.T @ dar
    dWz, dUz = x.T @ daz, h.T @ daz

    dx = dan @ Wn.T + dar @ Wr.T + daz @ Wz.T
    dh = dout * z + drh * r + dar @ Ur.T + daz @ Uz.T
    return dx, dh, dWz, dUz, dWr, dUr, dWn, dUn
