"""Rotary position embedding (RoFormer), interleaved pairs, NumPy only."""
import numpy as np


def _angles(T, half, base=100.0):
    freq = base ** (-np.arange(half) / half)
    pos = np.arange(1, T + 1)
    return pos[:, None] * freq[None, :]


# oracle: shapes q: B T 2*P
def rope_forward(q):
    B, T, D = q.shape
    th = _angles(T, D // 2)
    c, s = np.cos(th), np.sin(th)
    even, odd = q[..., 0::2], q[..., 1::2]
    out = np.empty_like(q)
    out[..., 0::2] = even * c - odd * s
    out[..., 1::2] = even * s + odd * c
    return out


def rope_backward(dout, q):
    B, T, D = q.shape
    th = _angles(T, D // 2)
    c, s = np.cos(th), np.sin(th)
    ge, go = dout[..., 0::2], dout[..., 1::2]
    dq = np.stack([ge * c - go * s, ge * s + go * c], axis=-1).reshape(q.shape)
    return dq
