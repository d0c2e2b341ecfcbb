import numpy as np
from typing import Callable, Tuple


# oracle: shapes u: N P, T: K P Q, v: N Q, b: K
def bilinear(u, T, v, b) -> Tuple[np.ndarray, Callable]:
    """s[n, k] = u_n' T_k v_n + b_k"""
    s = np.einsum("np,kpq,nq->nk", u, T, v) + b

    def back(ds):
        du = np.einsum("nk,kpq,nq->np", ds, T, v)
        dT = np.einsum("nk,np,nq->kpq", ds, u, v)
        dv = np.einsum("nk,np,kpq->nq", ds, u, T)
        db = np.einsum("nk->k", ds)
        return du, dT, dv, db

    return s, back
