import numpy as np

N_HEADS = 2


def split(t):
    B, T, D = t.shape
    return t.reshape(B, T, N_HEADS, D // N_HEADS).transpose(0, 2, 1, 3)


def merge(t):
    B, h, T, d = t.shape
    return t.transpose(0, 2, 1, 3).reshape(B, T, h * d)


# oracle: shapes x: B T+1 2*M, w_qkv: 2*M 6*M, w_o: 2*M 2*M
def multihead_fwd(x, w_qkv, w_o):
    q, k, v = (split(t) for t in np.split(x @ w_qkv, 3, axis=-1))
    s = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    p = np.exp(s - s.max(-1, keepdims=True))
    p = p / p.sum(-1, keepdims=True)
    y = merge(p @ v)
    return y @ w_o, (x, w_qkv, w_o, q, k, v, p, y)


def multihead_bwd(dout, cache):
    x, w_qkv, w_o, q, k, v, p, y = cache
    D = x.shape[-1]
    dw_o = y.reshape(-1, D).T @ dout.reshape(-1, D)
    dheads = split(dout @ w_o.T)
    dv = p.swapaxes(-1, -2) @ dheads
    dp = dheads @ v.swapaxes(-1, -2)
    ds = dp * p * (1 - p)
    dqk = ds / np.sqrt(q.shape[-1])
    dq, dk = dqk @ k, dqk.swapaxes(-1, -2) @ q
    dqkv = np.concatenate([merge(dq), merge(dk), merge(dv)], axis=-1)
    dw_qkv = np.einsum("btd,bte->de", x, dqkv)
    dx = dqkv @ w_qkv.T
    return dx, dw_qkv, dw_o
