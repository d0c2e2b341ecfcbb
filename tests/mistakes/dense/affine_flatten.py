"""Fully connected layer whose inputs come in as small images."""

import numpy as np


def affine_forward(x, w, b):
    """Flatten every image to a row and multiply.

    Inputs:
    - x: images, of shape (N, H, K)
    - w: weights, of shape (H*K, M)
    - b: biases, of shape (M,)

    Returns the scores, of shape (N, M), and a cache for the backward pass.
    """
    rows = x.reshape(x.shape[0], -1)
    out = rows @ w + b
    cache = (x, w)
    return out, cache


def affine_backward(dout, cache):
    """Backward pass: dout has shape (N, M); returns dx, dw, db."""
    x, w = cache
    rows = x.reshape(x.shape[0], -1)
    dx = (dout @ w.T).reshape(x.shape)
    dw = rows.T @ dout
    db = np.sum(dout, axis=0)
    return dx, dw, db
