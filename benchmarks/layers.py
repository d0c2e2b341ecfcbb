"""Layers as users write them, for ``benchmarks.gradcheck``."""

from typing import Any

import numpy as np


def affine(X: Any, W: Any, b: Any) -> Any:
    return X @ W + b


def affine_backward(d: Any, X: Any, W: Any, b: Any) -> Any:
    return d @ W.T, X.T @ d, d.sum(0)


def layer_norm(x: Any, g: Any, b: Any) -> Any:
    xh = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
    return g * xh + b


def layer_norm_backward(d: Any, x: Any, g: Any, b: Any) -> Any:
    s = np.sqrt(x.var(-1, keepdims=True) + 1e-5)
    xh = (x - x.mean(-1, keepdims=True)) / s
    dxh = d * g
    along = xh * (dxh * xh).mean(-1, keepdims=True)
    return (dxh - dxh.mean(-1, keepdims=True) - along) / s, (d * xh).sum(0), d.sum(0)


def convolve(x: Any, w: Any) -> Any:
    k = w.shape[2]
    h, v = x.shape[2] - k + 1, x.shape[3] - k + 1
    out = np.zeros((x.shape[0], w.shape[0], h, v))
    for i in range(k):
        for j in range(k):
            out += np.einsum("nchw,fc->nfhw", x[:, :, i : i + h, j : j + v], w[:, :, i, j])
    return out


def convolve_backward(d: Any, x: Any, w: Any) -> Any:
    k = w.shape[2]
    h, v = d.shape[2:]
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(k):
        for j in range(k):
            dx[:, :, i : i + h, j : j + v] += np.einsum("nfhw,fc->nchw", d, w[:, :, i, j])
            dw[:, :, i, j] = np.einsum("nfhw,nchw->fc", d, x[:, :, i : i + h, j : j + v])
    return dx, dw
