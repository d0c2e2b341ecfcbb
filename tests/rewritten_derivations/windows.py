"""Convolution and pooling, otherwise."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ._register import Gradients, Result, otherwise


def _padded(X: np.ndarray, padding: int, fill: float = 0) -> np.ndarray:
    edge = (padding, padding)
    return np.pad(X, ((0, 0), (0, 0), edge, edge), constant_values=fill)


def _inside(X: np.ndarray, padding: int) -> np.ndarray:
    return X[:, :, padding : X.shape[2] - padding, padding : X.shape[3] - padding].copy()


@otherwise("convolution")
def convolution_im2col(
    X: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Result:
    """All windows laid out as columns, one product for all taps, and col2im by a scatter."""
    M, C, K, L = W.shape
    G = groups
    padded = _padded(X, padding)
    N = len(X)
    spans = (dilation * (K - 1) + 1, dilation * (L - 1) + 1)
    places = np.arange(padded.size).reshape(padded.shape)  # which pixel each window sees where
    seen = sliding_window_view(places, spans, axis=(2, 3))
    seen = seen[:, :, ::stride, ::stride, ::dilation, ::dilation]
    O, P = seen.shape[2:4]
    seen = seen.transpose(0, 1, 4, 5, 2, 3).reshape(N, G, C * K * L, O * P)
    columns = padded.ravel()[seen]
    U = W.reshape(G, M // G, C * K * L)
    Z = (U @ columns).reshape(N, M, O, P) + b[:, None, None]

    def pullback(dZ: np.ndarray) -> Gradients:
        dY = dZ.reshape(N, G, M // G, O * P)
        dW = np.einsum("ngmo,ngko->gmk", dY, columns)
        dcolumns = U.swapaxes(1, 2) @ dY
        dX = np.zeros(padded.shape, padded.dtype)
        np.add.at(dX.reshape(-1), seen, dcolumns)
        return _inside(dX, padding), dW.reshape(W.shape), dZ.sum(axis=(0, 2, 3))

    return Z, pullback


@otherwise("convolution")
def convolution_place_by_place(
    X: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Result:
    """A loop over the groups and the places of the window, and not over its taps."""
    M, C, K, L = W.shape
    padded = _padded(X, padding)
    N, _, I, J = padded.shape
    high, wide = dilation * (K - 1) + 1, dilation * (L - 1) + 1
    O, P = (I - high) // stride + 1, (J - wide) // stride + 1
    m = M // groups
    Z = np.empty_like(X, shape=(N, M, O, P))

    def parts():  # type: ignore[no-untyped-def]
        for g, o, p in np.ndindex(groups, O, P):
            rows = slice(o * stride, o * stride + high, dilation)
            columns = slice(p * stride, p * stride + wide, dilation)
            yield slice(g * m, g * m + m), (slice(g * C, g * C + C), rows, columns), o, p

    for out, seen, o, p in parts():
        Z[:, out, o, p] = np.tensordot(padded[:, *seen], W[out], axes=((1, 2, 3), (1, 2, 3)))
        Z[:, out, o, p] += b[out]

    def pullback(dZ: np.ndarray) -> Gradients:
        dX, dW = np.zeros_like(padded), np.zeros_like(W)
        for out, seen, o, p in parts():
            dX[:, *seen] += np.tensordot(dZ[:, out, o, p], W[out], axes=1)
            dW[out] += np.tensordot(dZ[:, out, o, p].T, padded[:, *seen], axes=1)
        return _inside(dX, padding), dW, np.einsum("nmop->m", dZ)

    return Z, pullback


@otherwise("max_pooling")
def max_pooling_argmax(X: np.ndarray, window: int = 2, stride: int = 2, padding: int = 0) -> Result:
    """argmax over each window, and a scatter to the winner's place."""
    padded = _padded(X, padding, -np.inf)
    places = np.arange(padded.size).reshape(padded.shape)
    seen = sliding_window_view(places, (window, window), axis=(2, 3))[:, :, ::stride, ::stride]
    seen = seen.reshape(*seen.shape[:4], -1)
    values = padded.ravel()[seen]
    best = values.argmax(axis=-1)[..., None]
    winners = np.take_along_axis(seen, best, axis=-1)[..., 0]

    def pullback(dA: np.ndarray) -> Gradients:
        dX = np.zeros(padded.shape, padded.dtype)
        np.add.at(dX.reshape(-1), winners, dA)
        return (_inside(dX, padding),)

    return np.take_along_axis(values, best, axis=-1)[..., 0], pullback


@otherwise("max_pooling")
def max_pooling_last_wins(
    X: np.ndarray, window: int = 2, stride: int = 2, padding: int = 0
) -> Result:
    """A loop over the windows; of equal maxima the last one wins, which is as legal."""
    padded = _padded(X, padding, -np.inf)
    N, D, I, J = padded.shape
    O, P = (I - window) // stride + 1, (J - window) // stride + 1
    A = np.empty_like(X, shape=(N, D, O, P))
    winners = []
    for n, d, o, p in np.ndindex(A.shape):
        seen = padded[n, d, o * stride : o * stride + window, p * stride : p * stride + window]
        i, j = divmod(window * window - 1 - int(seen[::-1, ::-1].argmax()), window)
        A[n, d, o, p] = seen[i, j]
        winners.append((n, d, o * stride + i, p * stride + j))

    def pullback(dA: np.ndarray) -> Gradients:
        dX = np.zeros_like(padded)
        for place, da in zip(winners, dA.flat):
            dX[place] += da
        return (_inside(dX, padding),)

    return A, pullback


@otherwise("average_pooling")
def average_pooling_of_windows(
    X: np.ndarray, window: int = 2, stride: int = 2, padding: int = 0
) -> Result:
    """The mean of each window, and back a loop over the windows."""
    seen = sliding_window_view(_padded(X, padding), (window, window), axis=(2, 3))
    A = seen[:, :, ::stride, ::stride].mean(axis=(4, 5))

    def pullback(dA: np.ndarray) -> Gradients:
        dX = np.zeros_like(_padded(X, padding))
        for o, p in np.ndindex(A.shape[2:]):
            rows = slice(o * stride, o * stride + window)
            columns = slice(p * stride, p * stride + window)
            dX[:, :, rows, columns] += dA[:, :, o : o + 1, p : p + 1] / window**2
        return (_inside(dX, padding),)

    return A, pullback


@otherwise("average_pooling")
def average_pooling_as_matrices(
    X: np.ndarray, window: int = 2, stride: int = 2, padding: int = 0
) -> Result:
    """A = R·X·Cᵀ: one matrix averages rows, another one columns; back by their transposes."""

    def averaging(extent: int) -> np.ndarray:
        places = (extent + 2 * padding - window) // stride + 1
        start = stride * np.arange(places)[:, None]
        at = np.arange(extent) + padding
        return ((start <= at) & (at < start + window)).astype(X.dtype) / window

    R, C = averaging(X.shape[2]), averaging(X.shape[3])

    def pullback(dA: np.ndarray) -> Gradients:
        return (R.T @ dA @ C,)

    return R @ X @ C.T, pullback
