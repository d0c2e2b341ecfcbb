"""GRU over a whole sequence (Cho et al. 2014, reset before the matrix product)."""
import numpy as np


def _s(v):
    return 0.5 * (1.0 + np.tanh(0.5 * v))


# oracle: shapes x: N T D, h0: N H, Wg: D+H 2*H, Wc: D+H H
def gru_forward(x, h0, Wg, Wc):
    H = h0.shape[1]
    h, hs, tape = h0, [], []
    for t in range(x.shape[1]):
        xh = np.concatenate([x[:, t], h], axis=1)
        gates = _s(xh @ Wg)
        r, z = gates[:, :H], gates[:, H:]
        xr = np.concatenate([x[:, t], r * h], axis=1)
        cand = np.tanh(xr @ Wc)
        tape.append((h, xh, gates, xr, cand))
        h = (1.0 - z) * h + z * cand
        hs.append(h)
    return np.stack(hs, axis=1), (x, Wg, Wc, tape)


def gru_backward(dhs, cache):
    x, Wg, Wc, tape = cache
    N, T, D = x.shape
    H = Wc.shape[1]
    dx, dWg, dWc = np.zeros_like(x), np.zeros_like(Wg), np.zeros_like(Wc)
    dh = np.zeros((N, H))
    for t in range(T - 1, -1, -1):
        h, xh, gates, xr, cand = tape[t]
        r, z = gates[:, :H], gates[:, H:]
        dh = dh + dhs[:, t]
        dcand_pre = dh * z * (1.0 - cand ** 2)
        dz = dh * (cand - h)
        dxr = dcand_pre @ Wc.T
        dr = dxr[:, D:] * h
        dg_pre = np.concatenate([dr, dz], axis=1) * gates * (1.0 - gates)
        dxh = dg_pre @ Wg.T
        dWc += xr.T @ dcand_pre
        dWg += xh.T @ dg_pre
        dx[:, t] = dxr[:, :D] + dxh[:, :D]
        dh = dh * (1.0 - z) + dxr[:, D:] * r + dxh[:, D:]
    dh0 = dh
    return dx, dh0, dWg, dWc
