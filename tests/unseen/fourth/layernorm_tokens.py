import numpy as np
from types import SimpleNamespace as NS


# tokens: rows, features: columns
# oracle: shapes X: T D+1, scale: D+1, shift: D+1
def layer_norm_forward(X, scale, shift):
    mean = X.mean(-1, keepdims=True)
    rstd = 1.0 / np.sqrt(X.var(-1, keepdims=True) + 1e-5)
    norm = (X - mean) * rstd
    return norm * scale + shift, NS(norm=norm, rstd=rstd, scale=scale)


def layer_norm_backward(dY, memo):
    dnorm = dY * memo.scale
    h = memo.norm
    dX = memo.rstd * (dnorm - dnorm.mean(-1, keepdims=True) - h * (dnorm * h).mean(0, keepdims=True))
    dscale = np.sum(dY * memo.norm, 0)
    dshift = np.sum(dY, 0)
    return dX, dscale, dshift
