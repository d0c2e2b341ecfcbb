import numpy as np

σ = lambda v: 1 / (1 + np.exp(-v))


# column samples.  z: update, r: reset
# oracle: shapes x: D B, h: H B, Wz: H H+D, Wr: H H+D, Wn: H H+D
def gru_forward(x, h, Wz, Wr, Wn):
    hx = np.vstack([h, x])
    z = σ(Wz @ hx)
    r = σ(Wr @ hx)
    rhx = np.vstack([r * h, x])
    n = np.tanh(Wn @ rhx)
    h_new = (1 - z) * h + z * n
    return h_new, dict(x=x, h=h, hx=hx, z=z, r=r, rhx=rhx, n=n, W=(Wz, Wr, Wn))


def gru_backward(dh_new, cache):
    h, z, r, n = (cache[k] for k in ("h", "z", "r", "n"))
    Wz, Wr, Wn = cache["W"]
    H = h.shape[0]

    dn = dh_new * z * (1 - n * n)
    dWn = dn @ cache["rhx"].T
    drhx = Wn.T @ dn

    dr = drhx[:H] * h * r * (1 - r)
    dWr = dr @ cache["hx"].T

    dz = dh_new * (n - h) * z * (1 - z)
    dWz = dz @ cache["hx"].T

    dhx = Wz.T @ dz + Wr.T @ dr
    dh = dh_new * (1 - z) + drhx[:H] * r + dhx[:H]
    dx = drhx[H:] + dhx[H:]
    return {"dx": dx, "dh": dh, "dWz": dWz, "dWr": dWr, "dWn": dWn}
