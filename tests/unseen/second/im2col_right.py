"""Same layer as in the lecture, but with the shared helpers and as functions.

No rotated kernel anywhere: col2im does the scattering.
"""
import numpy as np
from im2col_tools import im2col, col2im


def unrolled_forward(X, K, c):
    """X: (N, 2, H+1, W+2), K: (F, 2, 2, 3), c: (F,)"""
    N, C, H, W = X.shape
    F, _, kh, kw = K.shape
    cols = im2col(X, kh, kw)
    flat = K.reshape(F, -1)
    Y = (cols @ flat.T + c).reshape(N, H - kh + 1, W - kw + 1, F).transpose(0, 3, 1, 2)
    return Y, (X.shape, cols, K)


def unrolled_backward(dY, memo):
    shape, cols, K = memo
    F, _, kh, kw = K.shape
    rows = dY.transpose(0, 2, 3, 1).reshape(-1, F)
    dK = (rows.T @ cols).reshape(K.shape)
    dc = rows.sum(0)
    dX = col2im(rows @ K.reshape(F, -1), shape, kh, kw)
    return dX, dK, dc
