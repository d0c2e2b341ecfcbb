import numpy as np

EPS = 1e-5


def _stats(x):
    mean = x.mean(-1, keepdims=True)
    rstd = (((x - mean) ** 2).mean(-1, keepdims=True) + EPS) ** -0.5
    return mean, rstd


# oracle: shapes x: B T D, scale: D, shift: D
def layernorm_fwd(x, scale, shift):
    mean, rstd = _stats(x)
    return (x - mean) * rstd * scale + shift


def layernorm_bwd(dout, x, scale):
    mean, rstd = _stats(x)
    norm = (x - mean) * rstd
    dnorm = dout * scale
    # x -> (mean, rstd) -> norm collapses into two projections
    dx = rstd * (dnorm - dnorm.mean(-1, keepdims=True) - norm * (dnorm * norm).mean(-1, keepdims=True))
    dscale = (dout * norm).sum((0, 1))
    dshift = dout.sum((0, 1))
    return dx, dscale, dshift
