# GRU cell (Cho et al. 2014), everything recomputed in the backward pass, no cache.
import numpy as np


def _s(v):
    return np.exp(-np.logaddexp(0, -v))


def _gates(x, h, U, R):
    xz, xr, xn = np.split(x @ U, 3, axis=1)
    hz, hr, hn = np.split(h @ R, 3, axis=1)
    z, r = _s(xz + hz), _s(xr + hr)
    return z, r, np.tanh(xn + r * hn), hn


# oracle: shapes x: N D, h: N H, U: D 3*H, R: H 3*H
def gru_cell_forward(x, h, U, R):
    z, r, n, _ = _gates(x, h, U, R)
    return z * h + (1 - z) * n


def gru_cell_backward(g, x, h, U, R):
    z, r, n, hn = _gates(x, h, U, R)
    dn_pre = g * (1 - z) * (1 - n * n)
    dz_pre = g * (h - n) * z * (1 - z)
    dr_pre = dn_pre * hn * r * (1 - r)
    d_in = np.concatenate([dz_pre, dr_pre, dn_pre], axis=1)
    d_rec = np.concatenate([dz_pre, dr_pre, dn_pre * r], axis=1)
    dx = d_in @ U.T
    dh = g * z + d_rec @ R.T
    dU = x.T @ d_in
    dR = h.T @ d_rec
    return dx, dh, dU, dR
