"""E: what broadcasting spread is not summed back, or broadcasting spreads what it should not."""

import numpy as np

from ._register import Gradients, Result, wrong


@wrong("affine", "E", "b", finding="wrong-shape")
def affine_bias_not_reduced(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """db = dZ, one row a sample: b − lr·db would silently become a matrix. (Row 37.)"""

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W.T, X.T @ dZ, dZ.copy()

    return X @ W + b, pullback


@wrong("affine", "E", "b", finding="wrong-shape")
def affine_bias_kept_a_row(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """db has the shape (1, M); a comparison that broadcasts does not see it. (Row 37.)"""

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)

    return X @ W + b, pullback


@wrong("affine", "E", "b", finding="wrong-shape")
def affine_bias_reduced_to_a_number(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """dZ.sum() without an axis: one number for all outputs."""

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W.T, X.T @ dZ, np.asarray(dZ.sum())

    return X @ W + b, pullback


@wrong("affine_columns", "E", "b", finding="wrong-shape")
def affine_columns_bias_flattened(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """db of shape (M,) for a b of shape (M, 1): keepdims forgotten."""

    def pullback(dZ: np.ndarray) -> Gradients:
        return W.T @ dZ, dZ @ X.T, dZ.sum(axis=1)

    return W @ X + b, pullback


@wrong("affine_columns", "E", "b", finding="wrong-shape")
def affine_columns_bias_not_reduced(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """db = dZ, one column a sample. Right for N = 1. (Row 37.)"""

    def pullback(dZ: np.ndarray) -> Gradients:
        return W.T @ dZ, dZ @ X.T, dZ.copy()

    return W @ X + b, pullback


@wrong("reduce", "E", "losses", finding="wrong-shape")
def reduce_gradient_not_spread(losses: np.ndarray, reduction: str = "mean") -> Result:
    """One number comes back where each of the N losses is due its own."""
    N = len(losses)
    if reduction == "none":
        return losses.copy(), lambda dL: (dL.copy(),)
    L = losses.mean() if reduction == "mean" else losses.sum()

    def pullback(dL: np.floating) -> Gradients:
        return (np.asarray(dL / N if reduction == "mean" else dL),)

    return L, pullback


@wrong("class_weights", "E", "c", finding="wrong-shape")
def class_weights_not_reduced(c: np.ndarray, y: np.ndarray) -> Result:
    """One gradient a sample comes back, not one a class."""

    def pullback(dw: np.ndarray) -> Gradients:
        return dw.copy(), None

    return c[y], pullback


@wrong("squared_error", "E", "value")
def squared_error_column_against_row(Y: np.ndarray, T: np.ndarray, half: bool = True) -> Result:
    """Targets (N, 1) against predictions (N,): an N×N table of differences in the loss."""
    axes = tuple(range(1, Y.ndim))
    scale = 1 if half else 2
    E = Y - (T[:, None] if T.ndim == 1 else T)
    losses = (E * E).sum(axis=axes or 1) * (scale / 2)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return scale * np.expand_dims(dlosses, axes) * (Y - T), None

    return losses, pullback


@wrong("weighted_reduce", "E", "value")
def weighted_reduce_column_against_row(
    losses: np.ndarray, w: np.ndarray, reduction: str = "mean"
) -> Result:
    """Weights (N, 1) against losses (N,): the sum runs over every pair. Right for N = 1."""
    total = w.sum() if reduction == "mean" else 1
    L = w * losses if reduction == "none" else (w[:, None] * losses).sum() / total
    centre = (w * losses).sum() / total if reduction == "mean" else 0

    def pullback(dL: np.ndarray) -> Gradients:
        return dL * w / total, dL * (losses - centre) / total

    return L, pullback
