"""LayerNorm over the last axis, the way I derived it on paper."""
import numpy as np

EPS = 1e-5


def ln_fwd(x, g, b):
    """x: (T, C), g: (C,), b: (C,)"""
    mean = x.mean(-1, keepdims=True)
    var = x.var(-1, keepdims=True)
    rstd = (var + EPS) ** -0.5
    norm = (x - mean) * rstd
    return norm * g + b, dict(norm=norm, rstd=rstd, g=g)


def ln_bwd(dy, cache):
    norm, rstd, g = cache["norm"], cache["rstd"], cache["g"]
    db = dy.sum(0)
    dg = (dy * norm).sum(0)
    dn = dy * g
    dx = rstd * (dn - dn.mean(-1, keepdims=True))
    return dx, dg, db
