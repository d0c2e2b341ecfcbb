"""Rotary position encoding, applied to pairs (2i, 2i+1)."""
import numpy as np


def _angles(T, half):
    inv = 1.0 / 100.0 ** (np.arange(half) / half)
    return np.outer(np.arange(T), inv)


def rotary_fwd(x):
    """x of shape (T, 2*K)"""
    a = _angles(x.shape[0], x.shape[1] // 2)
    c, s = np.cos(a), np.sin(a)
    y = np.empty_like(x)
    y[:, 0::2] = c * x[:, 0::2] - s * x[:, 1::2]
    y[:, 1::2] = s * x[:, 0::2] + c * x[:, 1::2]
    return y


def rotary_bwd(dy, x):
    a = _angles(x.shape[0], x.shape[1] // 2)
    c, s = np.cos(a), np.sin(a)
    dx = np.empty_like(dy)
    dx[:, 0::2] = c * dy[:, 0::2] - s * dy[:, 1::2]
    dx[:, 1::2] = s * dy[:, 0::2] + c * dy[:, 1::2]
    return dx
