"""Unit-length embeddings for the retrieval model."""
import numpy as np

EPS = 1e-9


def normalize_forward(v):
    """v: (batch, dim) -> unit rows (batch, dim)"""
    n = np.sqrt((v * v).sum(axis=1, keepdims=True) + EPS)
    return v / n


def normalize_backward(dout, v):
    """dout: (batch, dim)"""
    n = np.sqrt((v * v).sum(axis=1, keepdims=True) + EPS)
    dv = dout / n
    return dv
