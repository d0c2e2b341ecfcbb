"""LayerNorm over the last axis of a (batch, time, channel) activation."""
import numpy as np


def layernorm_fwd(x, w, b):
    """
    Args:
        x: activations of shape (B, T, C)
        w: scale of shape (C,)
        b: shift of shape (C,)
    """
    mean = x.mean(-1, keepdims=True)
    rstd = (x.var(-1, keepdims=True) + 1e-5) ** -0.5
    norm = (x - mean) * rstd
    return norm * w + b


def layernorm_bwd(dout, x, w, b):
    mean = x.mean(-1, keepdims=True)
    rstd = (x.var(-1, keepdims=True) + 1e-5) ** -0.5
    norm = (x - mean) * rstd

    db = dout.sum((0, 1))
    dw = (dout * norm).sum((0, 1))

    dnorm = dout * w
    dx = dnorm - dnorm.mean(1, keepdims=True) - norm * (dnorm * norm).mean(-1, keepdims=True)
    dx = dx * rstd
    return dx, dw, db
