"""C: the right sum along the wrong axis, or a formula for one rank used on another."""

import numpy as np

from ._register import Gradients, Result, wrong


@wrong("softmax", "C", "Z", options={"axis": 0})
def softmax_backward_on_rows(Z: np.ndarray, axis: int = -1) -> Result:
    """The forward heeds the axis, the backward always takes the last. (Row 7.)"""
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        return (P * (dP - (dP * P).sum(axis=-1, keepdims=True)),)

    return P, pullback


@wrong("softmax", "C", "value", "Z", options={"axis": 0})
def softmax_axis_ignored(Z: np.ndarray, axis: int = -1) -> Result:
    """Forward and backward agree on the last axis, whichever was asked for. (Row 26.)"""
    E = np.exp(Z - Z.max(axis=-1, keepdims=True))
    P = E / E.sum(axis=-1, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        return (P * (dP - (dP * P).sum(axis=-1, keepdims=True)),)

    return P, pullback


@wrong("softmax", "C", "Z", options={"axis": 0})
def softmax_reshaped_without_moving(Z: np.ndarray, axis: int = -1) -> Result:
    """Rows by reshape(-1, C), with C the size of an axis that does not stand last. (Row 31.)"""
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        C = Z.shape[axis]
        p, g = P.reshape(-1, C), dP.reshape(-1, C)
        return ((p * (g - (g * p).sum(axis=1, keepdims=True))).reshape(Z.shape),)

    return P, pullback


@wrong("log_softmax", "C", "Z")
def log_softmax_sums_over_batch(Z: np.ndarray, axis: int = -1) -> Result:
    """The upstream is summed along the first axis, whichever the softmax took."""
    A = Z - Z.max(axis=axis, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=axis, keepdims=True))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA - np.exp(A) * dA.sum(axis=0, keepdims=True),)

    return A, pullback


@wrong("log_softmax", "C", "Z")
def log_softmax_sums_everything(Z: np.ndarray, axis: int = -1) -> Result:
    """The sum of the upstream lacks its axis. Right for a single row. (Row 32.)"""
    A = Z - Z.max(axis=axis, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=axis, keepdims=True))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA - np.exp(A) * dA.sum(),)

    return A, pullback


@wrong("softmax_cross_entropy", "C", "Z")
def softmax_cross_entropy_over_batch(Z: np.ndarray, T: np.ndarray) -> Result:
    """On the way back P is normalised over the samples, not over the classes."""
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))
    losses = -(T * A).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        E = np.exp(Z - Z.max(axis=0))
        P = E / E.sum(axis=0)
        return dlosses[:, None] * (T.sum(axis=1, keepdims=True) * P - T), None

    return losses, pullback


@wrong("softmax_cross_entropy_with_labels", "C", "value", "Z")
def labels_shifted_by_columns(Z: np.ndarray, y: np.ndarray) -> Result:
    """The largest of each column is subtracted, which (unlike a row's) does change softmax."""
    n = np.arange(len(Z))
    E = np.exp(Z - Z.max(axis=0))
    P = E / E.sum(axis=1, keepdims=True)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = P * dlosses[:, None]
        dZ[n, y] -= dlosses
        return dZ, None

    return -np.log(P[n, y]), pullback


@wrong("squared_error", "C", "Y")
def squared_error_flattened_askew(Y: np.ndarray, T: np.ndarray, half: bool = True) -> Result:
    """Flattened with the samples last to multiply by dℓ: right for one output a sample."""
    scale = 1 if half else 2
    E = Y - T
    losses = (E * E).sum(axis=tuple(range(1, Y.ndim))) * (scale / 2)

    def pullback(dlosses: np.ndarray) -> Gradients:
        outputs = E.size // max(len(Y), 1)
        dY = E.reshape(outputs, len(Y)) * (scale * dlosses)
        return dY.reshape(Y.shape), None

    return losses, pullback


@wrong("binary_cross_entropy", "C", "P")
def bce_summed_over_outputs(P: np.ndarray, T: np.ndarray) -> Result:
    """The gradient is summed over the outputs as the loss is, then spread back over them."""
    axes = tuple(range(1, P.ndim))
    losses = -(T * np.log(P) + (1 - T) * np.log1p(-P)).sum(axis=axes)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dP = ((1 - T) / (1 - P) - T / P).sum(axis=axes)
        return np.zeros_like(P) + np.expand_dims(dlosses * dP, axes), None

    return losses, pullback


@wrong("affine", "C", "b", finding="wrong-shape")
def affine_bias_over_outputs(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """db summed along the rows: one entry a sample, not one an output."""

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W.T, X.T @ dZ, dZ.sum(axis=1)

    return X @ W + b, pullback
