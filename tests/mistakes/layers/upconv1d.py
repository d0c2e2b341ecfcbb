"""Transposed ("up") convolution of a signal, as used in the decoder of the exercise."""
import numpy as np


def upconv_forward(x, w, stride=2):
    """Spread every input sample over K output samples.

    Parameters
    ----------
    x : array of shape (N, C, T)
    w : array of shape (C, F, K)
    """
    n, c, t_in = x.shape
    f, k = w.shape[1:]
    y = np.zeros((n, f, (t_in - 1) * stride + k))
    for t in range(t_in):
        y[:, :, t * stride : t * stride + k] += np.einsum("nc,cfk->nfk", x[:, :, t], w)
    return y


def upconv_backward(g, x, w, stride=2):
    k = w.shape[2]
    dx = np.empty_like(x)
    dw = np.zeros_like(w)
    for t in range(x.shape[2]):
        start = t * stride
        piece = g[:, :, start : start + k]
        dx[:, :, t] = np.einsum("nfk,cfk->nc", piece, w)
        dw += np.einsum("nc,nfk->cfk", x[:, :, t], piece)
    return dx, dw
