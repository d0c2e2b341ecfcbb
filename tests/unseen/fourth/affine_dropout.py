import numpy as np

KEEP_PROB = 0.8


# keep is drawn by the caller: rng.random(shape) < KEEP_PROB
# oracle: shapes A: n D, W: D M, b: M, keep: n M mask
def affine_dropout_forward(A, W, b, keep):
    z = A @ W + b
    out = z * keep / KEEP_PROB       # inverted dropout: nothing to do at test time
    return out, (A, W, keep)


def affine_dropout_backward(dout, cache):
    A, W, keep = cache
    dz = dout * keep
    dA = dz @ W.T
    dW = A.T @ dz
    db = dz.sum(axis=0)
    return dA, dW, db
