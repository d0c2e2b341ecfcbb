import numpy as np


# oracle: shapes x: B T D+2, g: D+2, b: D+2
def layer_norm(x, g, b):
    mu = x.mean(-1, keepdims=True)
    inv = (x.var(-1, keepdims=True) + 1e-5) ** -0.5
    xhat = (x - mu) * inv
    y = xhat * g + b

    def pullback(dy):
        dg = (dy * xhat).sum((0, 1))
        db = dy.sum((0, 1))
        dxhat = dy * g
        dx = inv * (dxhat - dxhat.mean(0, keepdims=True) - xhat * (dxhat * xhat).mean(-1, keepdims=True))
        return dx, dg, db

    return y, pullback
