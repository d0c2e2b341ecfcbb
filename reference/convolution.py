"""Convolution and pooling: a small window slides over an image, and back.

All three go through the places of the window, its taps, one after the other. What a tap sees as the
window slides is a slice of the image. At tap (i, j) of a kernel that slice meets one matrix, the
W[:, :, i, j], so that Z is the sum of K·L affine layers, and all gradients are those of an affine
layer, tap by tap. No copy of the image for each tap is kept (im2col), and nothing is scattered:
where the forward reads a slice, the backward adds to the same slice.

Images are (N, channels, rows, columns). With stride s, padding p and dilation d, the image's I rows
and a kernel's K give

    O = ⌊(I + 2p − d(K − 1) − 1)/s⌋ + 1

rows, and likewise columns: rows that the stride leaves over at the end are not seen, and their
gradient is 0. Stride, padding and dilation are the same for rows and columns.
"""

from collections.abc import Iterator
from types import EllipsisType
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

from reference._blocks import blocks
from reference._expect import checked
from reference.types import Dilation, Groups, Images, Padding, PoolPadding, Pullback, Stride, Window

Tap: TypeAlias = tuple[EllipsisType, slice, slice]


@checked
def convolution(
    X: Images,
    W: Float[np.ndarray, "M D//groups K L"],
    b: Float[np.ndarray, "M"],
    stride: Stride = 1,
    padding: Padding = 0,
    dilation: Dilation = 1,
    groups: Groups = 1,
) -> tuple[
    Float[
        np.ndarray,
        "N M (I+2*padding-dilation*(K-1)-1)//stride+1 (J+2*padding-dilation*(L-1)-1)//stride+1",
    ],
    Pullback,
]:
    """z[m,o,p] = b[m] + Σ w[m,c,i,j]·x[c, so+di, sp+dj] over c, i, j; the padding is 0.

    dX: to the x that was read, from each z that it went into, w[m,c,i,j]·dz[m,o,p].
    dW: to w[m,c,i,j], from each z, the x that it met times dz[m,o,p].  db[m] = Σ dz[m,o,p].

    This is what networks call convolution: a cross-correlation, the kernel is not flipped. Its dW
    is again one, of the image with dZ; and its dX (at stride 1) the full correlation of dZ with the
    kernel turned by 180°, which is a true convolution with the kernel as it is. That is the one
    "flip" there is: a kernel that is turned, and then convolved, is turned twice.

    With groups, channels and outputs are cut into so many equal parts, each to itself.

    Source: J. Kafunah, "Backpropagation In Convolutional Neural Networks" (2016), equations 7, 13
    and 20.
    """
    N, _, I, J = X.shape
    (M, C, K, L), G = W.shape, groups
    O = _extent("rows", I + 2 * padding, dilation * (K - 1) + 1, stride)
    P = _extent("columns", J + 2 * padding, dilation * (L - 1) + 1, stride)
    V = np.ascontiguousarray(W.reshape(G, M // G, C, K, L).transpose(3, 4, 0, 1, 2))
    Z = np.empty((N, M, O, P), X.dtype)
    Z[...] = b[:, None, None]
    Y = Z.reshape(N, G, M // G, O * P)
    for n in blocks(N, M * O * P):
        Xn = _grouped(_padded(X[n], padding), G)
        for i, j, tap in _taps(K, L, O, P, stride, dilation):
            Y[n] += V[i, j] @ _columns(Xn[tap])

    def pullback(dZ: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        dY = dZ.reshape(Y.shape)
        dX, dV = np.empty_like(X), np.zeros_like(V)
        for n in blocks(N, M * O * P):
            Xn = _grouped(_padded(X[n], padding), G)
            dXn = np.zeros_like(Xn)
            for i, j, tap in _taps(K, L, O, P, stride, dilation):
                dXn[tap] += (V[i, j].swapaxes(1, 2) @ dY[n]).reshape(dXn[tap].shape)
                dV[i, j] += (dY[n] @ _columns(Xn[tap]).swapaxes(2, 3)).sum(axis=0)
            dX[n] = _cropped(dXn, padding).reshape(dX[n].shape)
        dW = dV.transpose(2, 3, 4, 0, 1).reshape(W.shape)
        db = dZ.sum(axis=(0, 2, 3))
        return dX, dW, db

    return Z, pullback


@checked
def max_pooling(
    X: Images, window: Window = 2, stride: Stride = 2, padding: PoolPadding = 0
) -> tuple[
    Float[np.ndarray, "N D (I+2*padding-window)//stride+1 (J+2*padding-window)//stride+1"],
    Pullback,
]:
    """a[o,p] = max x[so+i, sp+j] over the window, each channel to itself.

    dX: dA goes to the winner, which gets the sum where several windows chose it.

    Of equal maxima the first wins, row by row: torch's choice among the legal ways to share dA. The
    padding is −∞ and never wins. NaN does: the last one.

    Source: J. Kafunah (2016), "Pooling layer": the error is assigned to the winning unit.
    """
    (N, D, I, J), K = X.shape, window
    O = _extent("rows", I + 2 * padding, K, stride)
    P = _extent("columns", J + 2 * padding, K, stride)
    A = np.full_like(X, -np.inf, shape=(N, D, O, P))
    # The winner's tap, i·K + j; to begin with the first that is inside the image.
    first = np.maximum(padding - stride * np.arange(max(O, P)), 0)
    winner = np.empty(A.shape, np.min_scalar_type(K * K))
    winner[...] = first[:O, None] * K + first[:P]
    for n in blocks(N, D * O * P):
        Xn = _padded(X[n], padding, -np.inf)
        for i, j, tap in _taps(K, K, O, P, stride):
            x, a = Xn[tap], A[n]
            winner[n][(x > a) | (x != x)] = i * K + j
            np.maximum(x, a, out=a)

    def pullback(dA: np.ndarray) -> tuple[np.ndarray]:
        dX = np.empty_like(X)
        for n in blocks(N, D * O * P):
            dXn = np.zeros_like(_padded(X[n], padding))
            for i, j, tap in _taps(K, K, O, P, stride):
                dXn[tap] += dA[n] * (winner[n] == i * K + j)
            dX[n] = _cropped(dXn, padding)
        return (dX,)

    return A, pullback


@checked
def average_pooling(
    X: Images, window: Window = 2, stride: Stride = 2, padding: PoolPadding = 0
) -> tuple[
    Float[np.ndarray, "N D (I+2*padding-window)//stride+1 (J+2*padding-window)//stride+1"],
    Pullback,
]:
    """a[o,p] = (1/K²) Σ x[so+i, sp+j] over the K×K window, each channel to itself.

    dX: dA/K² for every x that was read, as often as it was.

    The zeros of the padding count: always 1/K², torch's default. Linear, so there are no kinks.

    Source: J. Kafunah (2016), "Pooling layer": the error is multiplied by 1/K² and spread.
    """
    (N, D, I, J), K = X.shape, window
    O = _extent("rows", I + 2 * padding, K, stride)
    P = _extent("columns", J + 2 * padding, K, stride)
    A = np.zeros_like(X, shape=(N, D, O, P))
    for n in blocks(N, D * O * P):
        Xn = _padded(X[n], padding)
        for _, _, tap in _taps(K, K, O, P, stride):
            A[n] += Xn[tap]
    A /= K * K

    def pullback(dA: np.ndarray) -> tuple[np.ndarray]:
        dX = np.empty_like(X)
        for n in blocks(N, D * O * P):
            dXn = np.zeros_like(_padded(X[n], padding))
            share = dA[n] / (K * K)
            for _, _, tap in _taps(K, K, O, P, stride):
                dXn[tap] += share
            dX[n] = _cropped(dXn, padding)
        return (dX,)

    return A, pullback


def _taps(
    K: int, L: int, O: int, P: int, stride: int, dilation: int = 1
) -> Iterator[tuple[int, int, Tap]]:
    """Each place (i, j) of a K×L window, and the slice of the image that it sees as it slides."""
    for i, j in np.ndindex(K, L):
        rows = slice(i * dilation, i * dilation + stride * (O - 1) + 1, stride)
        columns = slice(j * dilation, j * dilation + stride * (P - 1) + 1, stride)
        yield i, j, (..., rows, columns)


def _extent(what: str, image: int, window: int, stride: int) -> int:
    """In how many places a window fits.

    Raises:
        ValueError: in none.
    """
    if not 1 <= window <= image:
        raise ValueError(
            f"the window spans {window} {what}, the image has {image}, padding included; "
            f"expected 1 to {image}"
        )
    return (image - window) // stride + 1


def _padded(X: np.ndarray, padding: int, value: float = 0) -> np.ndarray:
    """Images with so many more rows and columns at each edge; themselves if it is none."""
    if padding == 0:
        return X
    *leading, I, J = X.shape
    padded = np.full_like(X, value, shape=(*leading, I + 2 * padding, J + 2 * padding))
    _cropped(padded, padding)[...] = X
    return padded


def _cropped(X: np.ndarray, padding: int) -> np.ndarray:
    """The images inside their padding, a view."""
    *_, I, J = X.shape
    return X[..., padding : I - padding, padding : J - padding]


def _grouped(X: np.ndarray, groups: int) -> np.ndarray:
    """(N, D, I, J) as (N, groups, D/groups, I, J)."""
    N, D, I, J = X.shape
    return X.reshape(N, groups, D // groups, I, J)


def _columns(X: np.ndarray) -> np.ndarray:
    """(..., O, P) as (..., O·P): each channel a row, each place of the window a column."""
    *leading, O, P = X.shape
    return X.reshape(*leading, O * P)
