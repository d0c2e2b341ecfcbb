from dataclasses import dataclass
import numpy as np


@dataclass
class GRUCache:
    x: np.ndarray
    h: np.ndarray
    r: np.ndarray
    z: np.ndarray
    n: np.ndarray
    W: np.ndarray
    U: np.ndarray


def sig(v):
    return 1.0 / (1.0 + np.exp(-v))


# oracle: shapes x: N D, h: N H, W: D 3*H, U: H 3*H
def gru_forward(x, h, W, U):
    """One step, gates stacked as [r | z | n]; h' = (1 - z) n + z h."""
    H = h.shape[1]
    xw = x @ W
    rz = sig(xw[:, :2 * H] + h @ U[:, :2 * H])
    r, z = rz[:, :H], rz[:, H:]
    n = np.tanh(xw[:, 2 * H:] + (r * h) @ U[:, 2 * H:])
    out = (1 - z) * n + z * h
    return out, GRUCache(x, h, r, z, n, W, U)


def gru_backward(dout, cache):
    c = cache
    H = c.h.shape[1]
    U_n = c.U[:, 2 * H:]
    dn = dout * (1 - c.z)
    dz = dout * (c.h - c.n)
    d_an = dn * (1 - c.n ** 2)
    d_rh = d_an @ U_n.T
    dr = d_rh * c.h
    d_ar = dr * c.r * (1 - c.r)
    d_az = dz * c.z * (1 - c.z)
    d_rz = np.concatenate([d_ar, d_az], axis=1)
    d_all = np.concatenate([d_rz, d_an], axis=1)
    dx = d_all @ c.W.T
    dW = c.x.T @ d_all
    dU = np.concatenate([c.h.T @ d_rz, (c.r * c.h).T @ d_an], axis=1)
    dh = d_rh * c.r + d_rz @ c.U[:, :2 * H].T
    return dx, dh, dW, dU
