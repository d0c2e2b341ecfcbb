import numpy as np


def _normed(x, eps=1e-5):
    xc = x - x.mean(-1, keepdims=True)
    r = 1 / np.sqrt((xc ** 2).mean(-1, keepdims=True) + eps)
    return xc * r, r


def _through_norm(d, xn, r):
    return r * (d - d.mean(-1, keepdims=True) - xn * (d * xn).mean(-1, keepdims=True))


def ffn_block_forward(x, scale, W1, b1, W2, b2):
    """Pre-norm feed-forward sub-block of a transformer: x + relu(LN(x) W1 + b1) W2 + b2

    Args:
        x: (B, T, D) tokens
        scale: (D) layer norm gain
        W1: (D, F)
        b1: (F)
        W2: (F, D)
        b2: (D)
    """
    xn, r = _normed(x)
    u = xn * scale
    pre = u @ W1 + b1
    act = np.maximum(pre, 0.0)
    out = x + act @ W2 + b2
    return out, dict(xn=xn, r=r, u=u, pre=pre, act=act, scale=scale, W1=W1, W2=W2)


def ffn_block_backward(dout, cache):
    xn, u, act = cache["xn"], cache["u"], cache["act"]
    db2 = dout.sum((0, 1))
    dW2 = np.tensordot(act, dout, ((0, 1), (0, 1)))
    dact = dout @ cache["W2"].T
    dpre = np.where(cache["pre"] > 0, dact, 0.0)
    db1 = dpre.sum((0, 1))
    dW1 = np.tensordot(u, dpre, ((0, 1), (0, 1)))
    du = dpre @ cache["W1"].T
    dscale = (du * xn).sum((0, 1))
    dx = _through_norm(du * cache["scale"], xn, cache["r"])
    return dx, dscale, dW1, db1, dW2, db2
