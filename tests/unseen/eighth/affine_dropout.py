import numpy as np


# inverted dropout on top of an affine layer; the caller draws the mask once per step
# oracle: shapes x: N D, W: D M, b: M, mask: N M mask
def affine_dropout_forward(x, W, b, mask, keep=0.8):
    h = x @ W + b
    out = h * mask / keep
    return out, (x, W, mask, keep)


def affine_dropout_backward(dout, cache):
    x, W, mask, keep = cache
    g = dout * mask
    dx = g @ W.T
    dW = x.T @ g
    db = g.sum(axis=0)
    return dx, dW, db
