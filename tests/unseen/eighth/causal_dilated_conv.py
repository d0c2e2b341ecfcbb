import numpy as np

# WaveNet style causal convolution in time.
#   y[b, t, m] = sum_k sum_c x[b, t - k * dil, c] w[k, c, m]


def _delay(x, s):
    """shift right along time by s steps, zeros come in"""
    if s == 0:
        return x
    return np.concatenate([np.zeros_like(x[:, :s]), x[:, :-s]], axis=1)


def _advance(x, s):
    if s == 0:
        return x
    return np.concatenate([x[:, s:], np.zeros_like(x[:, :s])], axis=1)


# oracle: shapes x: B T+5 C, w: 3 C M
def tconv_forward(x, w, dil=2):
    return sum(_delay(x, k * dil) @ w[k] for k in range(w.shape[0]))


def tconv_backward(dy, x, w, dil=2):
    K = w.shape[0]
    dw = np.stack([np.einsum("btc,btm->cm", _delay(x, k * dil), dy) for k in range(K)])
    dx = sum(_advance(dy, k * dil) @ w[K - 1 - k].T for k in range(K))
    return dx, dw
