"""B: a term is missing, doubled, or lacks a factor that the other terms have."""

import numpy as np

from ._register import Gradients, Result, wrong


@wrong("softmax", "B", "Z")
def softmax_sum_subtracted_twice(Z: np.ndarray, axis: int = -1) -> Result:
    """P∘(dP − 2Σ dP∘P): the second term is subtracted twice. (Row 30.)"""
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        s = (dP * P).sum(axis=axis, keepdims=True)
        return (P * (dP - s - s),)

    return P, pullback


@wrong("softmax", "B", "Z")
def softmax_sum_without_its_p(Z: np.ndarray, axis: int = -1) -> Result:
    """P∘dP − Σ dP∘P: the bracket is missing, so that P multiplies one of two terms. (Row 67.)"""
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        return (P * dP - (P * dP).sum(axis=axis, keepdims=True),)

    return P, pullback


@wrong("log_softmax", "B", "Z")
def log_softmax_normaliser_held_constant(Z: np.ndarray, axis: int = -1) -> Result:
    """A = Z − const: the logarithm of the sum is taken for a constant. (Row 28's family.)"""
    top = Z.max(axis=axis, keepdims=True)
    A = Z - top - np.log(np.exp(Z - top).sum(axis=axis, keepdims=True))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA.copy(),)

    return A, pullback


@wrong("softmax_cross_entropy", "B", "Z")
def softmax_cross_entropy_targets_sum_to_one(Z: np.ndarray, T: np.ndarray) -> Result:
    """P − T for targets that do not sum to 1: the factor Σt of P is missing."""
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))
    losses = -(T * A).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return dlosses[:, None] * (np.exp(A) - T), None

    return losses, pullback


@wrong("softmax_cross_entropy_with_labels", "B", "Z")
def labels_upstream_on_one_term(Z: np.ndarray, y: np.ndarray) -> Result:
    """dℓ∘P − onehot(y): the upstream multiplies one of the two terms. (Row 67.)"""
    n = np.arange(len(Z))
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = dlosses[:, None] * np.exp(A)
        dZ[n, y] -= 1
        return dZ, None

    return -A[n, y], pullback


@wrong("binary_cross_entropy", "B", "P")
def bce_second_half_missing(P: np.ndarray, T: np.ndarray) -> Result:
    """−T/P: the gradient of the first of the two logarithms only."""
    axes = tuple(range(1, P.ndim))
    losses = -(T * np.log(P) + (1 - T) * np.log1p(-P)).sum(axis=axes)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return -np.expand_dims(dlosses, axes) * T / P, None

    return losses, pullback


@wrong("binary_cross_entropy_with_logits", "B", "Z")
def logits_second_half_missing(Z: np.ndarray, T: np.ndarray) -> Result:
    """−T∘(1 − P): samples of the class 0 teach nothing."""
    axes = tuple(range(1, Z.ndim))
    A = np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))
    P = np.exp(Z - A)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return -np.expand_dims(dlosses, axes) * T * (1 - P), None

    return (A - T * Z).sum(axis=axes), pullback


@wrong("squared_error", "B", "Y")
def squared_error_upstream_on_one_term(Y: np.ndarray, T: np.ndarray, half: bool = True) -> Result:
    """dℓ∘Y − T, without the bracket. (Row 67.)"""
    axes = tuple(range(1, Y.ndim))
    scale = 1 if half else 2
    losses = ((Y - T) ** 2).sum(axis=axes) * (scale / 2)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return scale * (np.expand_dims(dlosses, axes) * Y - T), None

    return losses, pullback


@wrong("weighted_reduce", "B", "w")
def weighted_mean_denominator_held_constant(
    losses: np.ndarray, w: np.ndarray, reduction: str = "mean"
) -> Result:
    """dw = dL·ℓ/Σw in the mean: that w is in the denominator too is forgotten."""
    total = w.sum() if reduction == "mean" else 1
    L = w * losses if reduction == "none" else (w * losses).sum() / total

    def pullback(dL: np.ndarray) -> Gradients:
        return dL * w / total, dL * losses / total

    return L, pullback


@wrong("weighted_reduce", "B", "w")
def weighted_mean_half_divided(
    losses: np.ndarray, w: np.ndarray, reduction: str = "mean"
) -> Result:
    """dw = dL·(ℓ/Σw − L): only one of the two terms is divided. (Row 67.)"""
    total = w.sum() if reduction == "mean" else 1
    L = w * losses if reduction == "none" else (w * losses).sum() / total

    def pullback(dL: np.ndarray) -> Gradients:
        return dL * w / total, dL * (losses / total - (L if reduction == "mean" else 0))

    return L, pullback


@wrong("affine_bias_column", "B", "W")
def bias_row_without_gradient(X: np.ndarray, W: np.ndarray) -> Result:
    """The first row of dW stays zero: the bias is never trained."""
    X1 = np.column_stack([np.ones_like(X, shape=len(X)), X])

    def pullback(dZ: np.ndarray) -> Gradients:
        dW = np.zeros_like(W)
        dW[1:] = X.T @ dZ
        return dZ @ W[1:].T, dW

    return X1 @ W, pullback


@wrong("l2_penalty", "B", "W")
def l2_penalty_without_gradient(
    W: np.ndarray, strength: float = 1.0, bias_row: bool = False
) -> Result:
    """The penalty is in the loss and missing from the gradient. (Row 56.)"""
    decayed = W[1:] if bias_row else W
    L = (decayed**2).sum() * (strength / 2)

    def pullback(dL: np.floating) -> Gradients:
        return (np.zeros_like(W),)

    return L, pullback
