"""Multi-head self attention without masks; two heads."""
import numpy as np

HEADS = 2


def _split(t):
    B, T, E = t.shape
    return t.reshape(B, T, HEADS, E // HEADS).transpose(0, 2, 1, 3)


def _join(t):
    B, h, T, d = t.shape
    return t.transpose(0, 2, 1, 3).reshape(B, T, h * d)


def mha_forward(x, Wqkv, Wo):
    """x: (B, T, 2*K), Wqkv: (2*K, 6*K), Wo: (2*K, 2*K)"""
    q, k, v = (_split(t) for t in np.split(x @ Wqkv, 3, axis=-1))
    s = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    p = np.exp(s - s.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    y = _join(p @ v)
    return y @ Wo, (x, Wqkv, Wo, q, k, v, p, y)


def mha_backward(dout, cache):
    x, Wqkv, Wo, q, k, v, p, y = cache
    E = x.shape[-1]
    dWo = np.einsum("bti,btj->ij", y, dout)
    dy = _split(dout @ Wo.T)
    dv = p.swapaxes(-1, -2) @ dy
    dp = dy @ v.swapaxes(-1, -2)
    ds = p * (dp - (dp * p).sum(-1, keepdims=True)) / np.sqrt(E)
    dq = ds @ k
    dk = ds.swapaxes(-1, -2) @ q
    dqkv = np.concatenate([_join(dq), _join(dk), _join(dv)], axis=-1)
    dWqkv = np.einsum("bti,btj->ij", x, dqkv)
    dx = dqkv @ Wqkv.T
    return dx, dWqkv, dWo
