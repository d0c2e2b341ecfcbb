"""Fully connected layer for image batches (assignment 1, our own version)."""
import numpy as np


def affine_forward(x, w, b):
    """
    Inputs:
    - x: images of shape (N, K, L)
    - w: weights of shape (K*L, M)
    - b: biases of shape (M,)

    Returns a tuple (out, cache), out has shape (N, M)
    """
    rows = x.reshape(x.shape[0], -1)
    out = rows.dot(w) + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    rows = x.reshape(x.shape[0], -1)
    dx = dout.dot(w.T)
    dw = rows.T.dot(dout)
    db = dout.sum(axis=0)
    return dx, dw, db
