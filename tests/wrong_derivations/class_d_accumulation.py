"""D: what was used several times must get the sum of all its gradients, and gets another thing."""

import numpy as np

from ._register import Gradients, Result, wrong


@wrong("embedding", "D", "W")
def embedding_repeats_dropped(W: np.ndarray, y: np.ndarray) -> Result:
    """dW[y] += dA keeps one of several equal indices. (Rows 34 and 35.)"""

    def pullback(dA: np.ndarray) -> Gradients:
        dW = np.zeros_like(W)
        dW[y] += dA
        return dW, None

    return W[y], pullback


@wrong("embedding", "D", "W")
def embedding_repeats_dropped_within_a_row(W: np.ndarray, y: np.ndarray) -> Result:
    """dW[ids] += g, row by row: adds up between rows but not within one. (Row 2.)"""

    def pullback(dA: np.ndarray) -> Gradients:
        dW = np.zeros_like(W)
        rows = np.atleast_2d(y)
        for ids, g in zip(
            rows.reshape(-1, rows.shape[-1]),
            dA.reshape(-1, rows.shape[-1], W.shape[1]),
            strict=True,
        ):
            dW[ids] += g
        return dW, None

    return W[y], pullback


@wrong("embedding", "D", "W")
def embedding_averaged_over_repeats(W: np.ndarray, y: np.ndarray) -> Result:
    """A row that was read twice gets the mean of both gradients, not their sum."""

    def pullback(dA: np.ndarray) -> Gradients:
        dW = np.zeros_like(W)
        for k in np.unique(y):
            dW[k] = dA[y == k].mean(axis=0)
        return dW, None

    return W[y], pullback


@wrong("embedding", "D", "W", finding="not-deterministic")
def embedding_accumulates_between_calls(W: np.ndarray, y: np.ndarray) -> Result:
    """The buffer is made once, so that a second backward adds to the first. (Row 66.)"""
    dW = np.zeros_like(W)

    def pullback(dA: np.ndarray) -> Gradients:
        np.add.at(dW, y, dA)
        return dW.copy(), None

    return W[y], pullback


@wrong("class_weights", "D", "c")
def class_weights_repeats_dropped(c: np.ndarray, y: np.ndarray) -> Result:
    """dc[y] += dw keeps one sample of each class. (Row 35.)"""

    def pullback(dw: np.ndarray) -> Gradients:
        dc = np.zeros_like(c)
        dc[y] += dw
        return dc, None

    return c[y], pullback


@wrong("class_weights", "D", "c")
def class_weights_overwritten(c: np.ndarray, y: np.ndarray) -> Result:
    """A loop that sets where it should add: the last sample of a class wins. (Row 36.)"""

    def pullback(dw: np.ndarray) -> Gradients:
        dc = np.zeros_like(c)
        for n in range(len(y)):
            dc[y[n]] = dw[n]
        return dc, None

    return c[y], pullback


@wrong("affine", "D", "W")
def affine_weights_of_last_sample(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """A loop over the samples that overwrites dW: right for N = 1. (Row 36.)"""

    def pullback(dZ: np.ndarray) -> Gradients:
        dW = np.zeros_like(W)
        for x, dz in zip(X, dZ, strict=True):
            dW = np.outer(x, dz)
        return dZ @ W.T, dW, dZ.sum(axis=0)

    return X @ W + b, pullback


@wrong("affine", "D", "b")
def affine_bias_of_first_sample(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """db = dZ[0], from a derivation for one sample."""

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W.T, X.T @ dZ, dZ[0].copy()

    return X @ W + b, pullback


@wrong("softmax_cross_entropy_with_labels", "D", "Z")
def labels_subtracted_in_every_row(Z: np.ndarray, y: np.ndarray) -> Result:
    """dZ[:, y] −= dℓ: every row is given the labels of all samples. Right for N = 1."""
    n = np.arange(len(Z))
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = np.exp(A) * dlosses[:, None]
        dZ[:, y] -= dlosses
        return dZ, None

    return -A[n, y], pullback


@wrong("log_softmax", "D", "Z")
def log_softmax_one_path_overwrites(Z: np.ndarray, axis: int = -1) -> Result:
    """Z is used twice, as itself and in the sum; the second gradient replaces the first."""
    A = Z - Z.max(axis=axis, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=axis, keepdims=True))

    def pullback(dA: np.ndarray) -> Gradients:
        dZ = dA
        dZ = -np.exp(A) * dA.sum(axis=axis, keepdims=True)
        return (dZ,)

    return A, pullback
