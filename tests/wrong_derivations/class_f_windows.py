"""F: the window is somewhere else coming back than it was going forward, or overlaps are lost."""

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ._register import Gradients, Result, wrong


def _seen(
    X: np.ndarray, K: int, L: int, stride: int, padding: int, dilation: int = 1, fill: float = 0
) -> np.ndarray:
    """(N, D, O, P, K, L): what the window sees at each of its places."""
    edge = (padding, padding)
    padded = np.pad(X, ((0, 0), (0, 0), edge, edge), constant_values=fill)
    spans = (dilation * (K - 1) + 1, dilation * (L - 1) + 1)
    windows = sliding_window_view(padded, spans, axis=(2, 3))
    return windows[:, :, ::stride, ::stride, ::dilation, ::dilation]


def _spread(
    dV: np.ndarray,
    X: np.ndarray,
    stride: int,
    padding: int,
    dilation: int = 1,
    crop: int | None = None,
    add: bool = True,
) -> np.ndarray:
    """Back from what was seen to the image; right, unless told to crop elsewhere, not to add."""
    _, _, I, J = X.shape
    _, _, O, P, K, L = dV.shape
    dX = np.zeros_like(X, shape=(*X.shape[:2], I + 4 * padding + 8, J + 4 * padding + 8))
    for o, p in np.ndindex(O, P):
        rows = slice(o * stride, o * stride + dilation * (K - 1) + 1, dilation)
        columns = slice(p * stride, p * stride + dilation * (L - 1) + 1, dilation)
        dX[:, :, rows, columns] = dV[:, :, o, p] + (dX[:, :, rows, columns] if add else 0)
    at = padding if crop is None else crop
    return dX[:, :, at : at + I, at : at + J].copy()


def _groups(
    X: np.ndarray, W: np.ndarray, b: np.ndarray, groups: int, V: np.ndarray
) -> tuple[np.ndarray, Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]]:
    """The value from what is seen, and the gradients of W and of what is seen; all right."""
    N, D, O, P, K, L = V.shape
    M = len(W)
    V = V.reshape(N, groups, D // groups, O, P, K, L)
    U = W.reshape(groups, M // groups, D // groups, K, L)
    Z = np.einsum("gmcij,ngcopij->ngmop", U, V).reshape(N, M, O, P) + b[:, None, None]

    def back(dZ: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        dZ = dZ.reshape(N, groups, M // groups, O, P)
        dV = np.einsum("gmcij,ngmop->ngcopij", U, dZ).reshape(N, D, O, P, K, L)
        return dV, np.einsum("ngmop,ngcopij->gmcij", dZ, V).reshape(W.shape)

    return Z, back


@wrong("convolution", "F", "X")
def convolution_flipped_twice(
    X: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Result:
    """The kernel turned by 180°, and then convolved, which turns it once more."""
    *_, K, L = W.shape
    V = _seen(X, K, L, stride, padding, dilation)
    Z, back = _groups(X, W, b, groups, V)
    _, back_flipped = _groups(X, W[:, :, ::-1, ::-1], b, groups, V)

    def pullback(dZ: np.ndarray) -> Gradients:
        dX = _spread(back_flipped(dZ)[0], X, stride, padding, dilation)
        return dX, back(dZ)[1], dZ.sum(axis=(0, 2, 3))

    return Z, pullback


@wrong("convolution", "F", "value", "X", "W")
def convolution_kernel_turned(
    X: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Result:
    """A true convolution, with its own right gradients: not what networks call one."""
    *_, K, L = W.shape
    V = _seen(X, K, L, stride, padding, dilation)[..., ::-1, ::-1]
    Z, back = _groups(X, W, b, groups, V)

    def pullback(dZ: np.ndarray) -> Gradients:
        dV, dW = back(dZ)
        dX = _spread(dV[..., ::-1, ::-1], X, stride, padding, dilation)
        return dX, dW, dZ.sum(axis=(0, 2, 3))

    return Z, pullback


@wrong("convolution", "F", "X")
def convolution_padding_not_cut_off(
    X: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Result:
    """The first I×J of the padded gradient, and not those inside the padding. (Row 1.)"""
    *_, K, L = W.shape
    Z, back = _groups(X, W, b, groups, _seen(X, K, L, stride, padding, dilation))

    def pullback(dZ: np.ndarray) -> Gradients:
        dV, dW = back(dZ)
        dX = _spread(dV, X, stride, padding, dilation, crop=0)
        return dX, dW, dZ.sum(axis=(0, 2, 3))

    return Z, pullback


@wrong("convolution", "F", "X")
def convolution_dilation_forgotten_coming_back(
    X: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Result:
    """Right for every kernel without holes."""
    *_, K, L = W.shape
    Z, back = _groups(X, W, b, groups, _seen(X, K, L, stride, padding, dilation))

    def pullback(dZ: np.ndarray) -> Gradients:
        dV, dW = back(dZ)
        return _spread(dV, X, stride, padding, 1), dW, dZ.sum(axis=(0, 2, 3))

    return Z, pullback


@wrong("convolution", "F", "W")
def convolution_stride_forgotten_for_weights(
    X: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Result:
    """dW as the correlation of the image with dZ, which has to be spread by the stride first."""
    *_, K, L = W.shape
    Z, back = _groups(X, W, b, groups, _seen(X, K, L, stride, padding, dilation))
    *_, O, P = Z.shape
    dense = _seen(X, K, L, 1, padding, dilation)[:, :, :O, :P]
    _, back_dense = _groups(X, W, b, groups, dense)

    def pullback(dZ: np.ndarray) -> Gradients:
        dX = _spread(back(dZ)[0], X, stride, padding, dilation)
        return dX, back_dense(dZ)[1], dZ.sum(axis=(0, 2, 3))

    return Z, pullback


@wrong("convolution", "F", "X")
def convolution_overlaps_overwritten(
    X: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Result:
    """dX[window] = ...: of several windows over a pixel the last one stays."""
    *_, K, L = W.shape
    Z, back = _groups(X, W, b, groups, _seen(X, K, L, stride, padding, dilation))

    def pullback(dZ: np.ndarray) -> Gradients:
        dV, dW = back(dZ)
        dX = _spread(dV, X, stride, padding, dilation, add=False)
        return dX, dW, dZ.sum(axis=(0, 2, 3))

    return Z, pullback


@wrong("convolution", "F", "W")
def convolution_groups_interleaved_coming_back(
    X: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Result:
    """Every groups-th channel taken for a group, where groups are channels next to each other."""
    *_, K, L = W.shape
    V = _seen(X, K, L, stride, padding, dilation)
    Z, back = _groups(X, W, b, groups, V)
    N, D = X.shape[:2]
    mixed = V.reshape(N, D // groups, groups, *V.shape[2:]).swapaxes(1, 2).reshape(V.shape)
    _, back_mixed = _groups(X, W, b, groups, mixed)

    def pullback(dZ: np.ndarray) -> Gradients:
        dX = _spread(back(dZ)[0], X, stride, padding, dilation)
        return dX, back_mixed(dZ)[1], dZ.sum(axis=(0, 2, 3))

    return Z, pullback


@wrong("convolution", "F", "b")
def convolution_bias_of_the_batch_only(
    X: np.ndarray,
    W: np.ndarray,
    b: np.ndarray,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Result:
    """db summed over the batch and averaged over the places, where b was added at each of them."""
    *_, K, L = W.shape
    Z, back = _groups(X, W, b, groups, _seen(X, K, L, stride, padding, dilation))

    def pullback(dZ: np.ndarray) -> Gradients:
        dV, dW = back(dZ)
        return _spread(dV, X, stride, padding, dilation), dW, dZ.mean(axis=(2, 3)).sum(axis=0)

    return Z, pullback


def _winners(V: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The maxima, and for each window a 1 at the first of them."""
    flat = V.reshape(*V.shape[:4], -1)
    first = np.arange(flat.shape[-1]) == flat.argmax(axis=-1)[..., None]
    return flat.max(axis=-1), first.reshape(V.shape).astype(V.dtype)


@wrong("max_pooling", "F", "X")
def max_pooling_padding_not_cut_off(
    X: np.ndarray, window: int = 2, stride: int = 2, padding: int = 0
) -> Result:
    """Places in the padded image taken for places in the image. (Row 1.)"""
    A, first = _winners(_seen(X, window, window, stride, padding, fill=-np.inf))

    def pullback(dA: np.ndarray) -> Gradients:
        return (_spread(first * dA[..., None, None], X, stride, padding, crop=0),)

    return A, pullback


@wrong("max_pooling", "F", "X")
def max_pooling_overlaps_overwritten(
    X: np.ndarray, window: int = 2, stride: int = 2, padding: int = 0
) -> Result:
    """A winner of several windows gets what the last of them has to say, be it 0."""
    A, first = _winners(_seen(X, window, window, stride, padding, fill=-np.inf))

    def pullback(dA: np.ndarray) -> Gradients:
        return (_spread(first * dA[..., None, None], X, stride, padding, add=False),)

    return A, pullback


@wrong("max_pooling", "F", "X", regimes=("kinks",))
def max_pooling_all_ties_win(
    X: np.ndarray, window: int = 2, stride: int = 2, padding: int = 0
) -> Result:
    """x == max: each of several equal maxima gets all of dA, which is thus counted twice."""
    V = _seen(X, window, window, stride, padding, fill=-np.inf)
    A = V.max(axis=(4, 5))

    def pullback(dA: np.ndarray) -> Gradients:
        equal = A[..., None, None] == V
        return (_spread(equal * dA[..., None, None], X, stride, padding),)

    return A, pullback


@wrong("max_pooling", "F", "value", "X")
def max_pooling_padded_with_zeros(
    X: np.ndarray, window: int = 2, stride: int = 2, padding: int = 0
) -> Result:
    """At the edge of a negative image the padding wins. (Right after a relu.)"""
    A, first = _winners(_seen(X, window, window, stride, padding, fill=0))

    def pullback(dA: np.ndarray) -> Gradients:
        return (_spread(first * dA[..., None, None], X, stride, padding),)

    return A, pullback


@wrong("average_pooling", "F", "X")
def average_pooling_divided_by_the_window(
    X: np.ndarray, window: int = 2, stride: int = 2, padding: int = 0
) -> Result:
    """1/K coming back, where a window has K² places."""
    V = _seen(X, window, window, stride, padding)

    def pullback(dA: np.ndarray) -> Gradients:
        share = np.broadcast_to(dA[..., None, None] / window, V.shape)
        return (_spread(share, X, stride, padding),)

    return V.mean(axis=(4, 5)), pullback


@wrong("average_pooling", "F", "X")
def average_pooling_overlaps_overwritten(
    X: np.ndarray, window: int = 2, stride: int = 2, padding: int = 0
) -> Result:
    """Each pixel gets its share of one window only."""
    V = _seen(X, window, window, stride, padding)

    def pullback(dA: np.ndarray) -> Gradients:
        share = np.broadcast_to(dA[..., None, None] / window**2, V.shape)
        return (_spread(share, X, stride, padding, add=False),)

    return V.mean(axis=(4, 5)), pullback


@wrong("average_pooling", "F", "X")
def average_pooling_padding_not_counted_coming_back(
    X: np.ndarray, window: int = 2, stride: int = 2, padding: int = 0
) -> Result:
    """Shared among the pixels inside the image, where the mean was taken with the padding."""
    V = _seen(X, window, window, stride, padding)
    inside = _seen(np.ones_like(X), window, window, stride, padding)

    def pullback(dA: np.ndarray) -> Gradients:
        share = inside * (dA / inside.sum(axis=(4, 5)))[..., None, None]
        return (_spread(share, X, stride, padding),)

    return V.mean(axis=(4, 5)), pullback
