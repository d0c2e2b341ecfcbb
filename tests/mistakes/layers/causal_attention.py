import numpy as np


# oracle: shapes q: T D, k: T D, v: T M, bias: T T
def causal_attention(q, k, v, bias):
    """Single-head attention in which position i sees positions 0..i only.

    bias is added to the scores (one entry for each pair of positions).
    """
    T, D = q.shape
    future = np.triu(np.ones((T, T), dtype=bool), k=1)
    s = q @ k.T / np.sqrt(D) + bias
    s = np.where(future, -1e9, s)
    e = np.exp(s - s.max(axis=1, keepdims=True))
    a = e / e.sum(axis=1, keepdims=True)
    z = a @ v

    def back(dz):
        da = dz @ v.T
        dv = a.T @ dz
        ds = a * (da - np.sum(a * da, axis=1, keepdims=True))
        dbias = ds
        dq = ds @ k / np.sqrt(D)
        dk = ds.T @ q / np.sqrt(D)
        return dq, dk, dv, dbias

    return z, back
