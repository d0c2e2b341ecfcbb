"""Diagonal state space layer (S4D/LRU-like, real valued), recurrent form.

h_t = a * h_{t-1} + u_t B
y_t = h_t C
"""
import numpy as np
from numpy.typing import NDArray


# oracle: shapes u: T D, a: S, B: D S, C: S P
def ssm_scan(u: NDArray, a: NDArray, B: NDArray, C: NDArray):
    T = u.shape[0]
    S = a.shape[0]
    drive = u @ B
    h = np.zeros(S)
    states = [h]
    for t in range(T):
        h = a * h + drive[t]
        states.append(h)
    H = np.stack(states)          # (T + 1, S), H[0] = 0
    y = H[1:] @ C

    def pullback(dy: NDArray):
        dC = H[1:].T @ dy
        dH = dy @ C.T
        da = np.zeros(S)
        ddrive = np.zeros((T, S))
        lam = np.zeros(S)
        for t in range(T - 1, -1, -1):
            lam = dH[t] + a * lam
            ddrive[t] = dH[t]
            da += lam * H[t]
        dB = u.T @ ddrive
        du = ddrive @ B.T
        return du, da, dB, dC

    return y, pullback
