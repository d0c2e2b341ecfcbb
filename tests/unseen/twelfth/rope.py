"""Rotary position embedding, half-split convention (GPT-NeoX)."""
import numpy as np

BASE = 100.0


def _tables(T, half):
    freq = BASE ** (-np.arange(half) / half)
    angle = np.arange(1, T + 1)[:, None] * freq[None, :]
    return np.cos(angle), np.sin(angle)


# oracle: shapes x: B T 2*F
def rope_forward(x):
    half = x.shape[-1] // 2
    cos, sin = _tables(x.shape[1], half)
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)


def rope_backward(g, x):
    half = g.shape[-1] // 2
    cos, sin = _tables(g.shape[1], half)
    ga, gb = g[..., :half], g[..., half:]
    dx = np.concatenate([ga * cos - gb * sin, ga * sin + gb * cos], axis=-1)
    return dx
