"""L: a sign, two results in each other's place, a line copied and not changed."""

import numpy as np

from ._register import Gradients, Result, wrong


@wrong("squared_error", "L", "Y")
def squared_error_sign(Y: np.ndarray, T: np.ndarray, half: bool = True) -> Result:
    """T − Y: the direction of descent, not the gradient. (Row 26.)"""
    axes = tuple(range(1, Y.ndim))
    scale = 1 if half else 2
    losses = ((Y - T) ** 2).sum(axis=axes) * (scale / 2)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return scale * np.expand_dims(dlosses, axes) * (T - Y), None

    return losses, pullback


@wrong("softmax_cross_entropy", "L", "Z")
def softmax_cross_entropy_sign(Z: np.ndarray, T: np.ndarray) -> Result:
    """Targets minus probabilities. (Row 26.)"""
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))
    losses = -(T * A).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return dlosses[:, None] * (T - T.sum(axis=1, keepdims=True) * np.exp(A)), None

    return losses, pullback


@wrong("binary_cross_entropy", "L", "P")
def bce_inner_sign(P: np.ndarray, T: np.ndarray) -> Result:
    """−T/P − (1 − T)/(1 − P): the inner derivative of 1 − p is forgotten. (Row 53.)"""
    axes = tuple(range(1, P.ndim))
    losses = -(T * np.log(P) + (1 - T) * np.log1p(-P)).sum(axis=axes)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return np.expand_dims(dlosses, axes) * (-T / P - (1 - T) / (1 - P)), None

    return losses, pullback


@wrong("log_softmax", "L", "Z")
def log_softmax_sign(Z: np.ndarray, axis: int = -1) -> Result:
    """dA + P·Σ dA. (Row 49.)"""
    A = Z - Z.max(axis=axis, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=axis, keepdims=True))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA + np.exp(A) * dA.sum(axis=axis, keepdims=True),)

    return A, pullback


@wrong("weighted_reduce", "L", "w")
def weighted_mean_sign_of_quotient(
    losses: np.ndarray, w: np.ndarray, reduction: str = "mean"
) -> Result:
    """L − ℓ in the mean: the two products of the quotient rule change places."""
    total = w.sum() if reduction == "mean" else 1
    L = w * losses if reduction == "none" else (w * losses).sum() / total

    def pullback(dL: np.ndarray) -> Gradients:
        dw = (L - losses) / total if reduction == "mean" else losses
        return dL * w / total, dL * dw

    return L, pullback


@wrong("weighted_reduce", "L", "losses", "w")
def weighted_reduce_results_swapped(
    losses: np.ndarray, w: np.ndarray, reduction: str = "mean"
) -> Result:
    """(dw, dℓ) where (dℓ, dw) is due; both have the same shape. (Row 33.)"""
    total = w.sum() if reduction == "mean" else 1
    L = w * losses if reduction == "none" else (w * losses).sum() / total
    centre = L if reduction == "mean" else 0

    def pullback(dL: np.ndarray) -> Gradients:
        return dL * (losses - centre) / total, dL * w / total

    return L, pullback


@wrong("affine", "L", "X", "W", finding="wrong-shape")
def affine_results_swapped(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """(dW, dX, db) where (dX, dW, db) is due. (Row 33.)"""

    def pullback(dZ: np.ndarray) -> Gradients:
        return X.T @ dZ, dZ @ W.T, dZ.sum(axis=0)

    return X @ W + b, pullback


@wrong("affine", "L", "W", finding="wrong-shape")
def affine_weights_transposed(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """dW = dZᵀ·X, from a text that stores W the other way."""

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W.T, dZ.T @ X, dZ.sum(axis=0)

    return X @ W + b, pullback


@wrong("affine_columns", "L", "b")
def affine_columns_bias_from_weights(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """db sums dW, the line above it, where it should sum dZ. (Row 43.)"""

    def pullback(dZ: np.ndarray) -> Gradients:
        dW = dZ @ X.T
        db = dW.sum(axis=1, keepdims=True)
        return W.T @ dZ, dW, db

    return W @ X + b, pullback


@wrong("affine_columns", "L", "X")
def affine_columns_upstream_sign(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """The error is passed down with a minus, as if it were the step. (Row 26.)"""

    def pullback(dZ: np.ndarray) -> Gradients:
        return -W.T @ dZ, dZ @ X.T, dZ.sum(axis=1, keepdims=True)

    return W @ X + b, pullback


@wrong("affine_bias_column", "L", "X")
def bias_row_dropped_at_the_wrong_end(X: np.ndarray, W: np.ndarray) -> Result:
    """The last row of W is dropped on the way back; the bias is the first."""
    X1 = np.column_stack([np.ones_like(X, shape=len(X)), X])

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W[:-1].T, X1.T @ dZ

    return X1 @ W, pullback


@wrong("affine_bias_column", "L", "X", finding="wrong-shape")
def bias_row_not_dropped(X: np.ndarray, W: np.ndarray) -> Result:
    """dX keeps a column for the ones, which are no input."""
    X1 = np.column_stack([np.ones_like(X, shape=len(X)), X])

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W.T, X1.T @ dZ

    return X1 @ W, pullback


@wrong("affine_bias_column", "L", "W")
def bias_gradient_in_the_last_row(X: np.ndarray, W: np.ndarray) -> Result:
    """The ones stand first going forward and last coming back."""
    ones = np.ones_like(X, shape=len(X))

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W[1:].T, np.column_stack([X, ones]).T @ dZ

    return np.column_stack([ones, X]) @ W, pullback


@wrong("leaky_relu", "L", "Z")
def leaky_relu_branches_swapped(Z: np.ndarray, slope: float = 0.01) -> Result:
    """The slope is on the positive side of the gradient."""
    A = np.where(Z > 0, Z, slope * Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (np.where(Z > 0, slope * dA, dA),)

    return A, pullback


@wrong("softmax_cross_entropy_with_labels", "L", "Z")
def labels_counted_from_one(Z: np.ndarray, y: np.ndarray) -> Result:
    """The backward takes the labels for 1..C: row y − 1, and 0 wraps around to the last."""
    n = np.arange(len(Z))
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = np.exp(A) * dlosses[:, None]
        dZ[n, y - 1] -= dlosses
        return dZ, None

    return -A[n, y], pullback


@wrong("softmax_cross_entropy_with_labels", "L", "Z")
def labels_predicted_for_true(Z: np.ndarray, y: np.ndarray) -> Result:
    """The one is subtracted at the predicted class, argmax, not at the true one."""
    n = np.arange(len(Z))
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = np.exp(A) * dlosses[:, None]
        dZ[n, Z.argmax(axis=1)] -= dlosses
        return dZ, None

    return -A[n, y], pullback


@wrong("embedding", "L", "W")
def embedding_counted_from_one(W: np.ndarray, y: np.ndarray) -> Result:
    """The gradient of row y lands in row y − 1."""

    def pullback(dA: np.ndarray) -> Gradients:
        dW = np.zeros_like(W)
        np.add.at(dW, y - 1, dA)
        return dW, None

    return W[y], pullback


@wrong("l2_penalty", "L", "W")
def l2_penalty_sign(W: np.ndarray, strength: float = 1.0, bias_row: bool = False) -> Result:
    """−λW: what the decay does to the weights, not the gradient."""
    decayed = W[1:] if bias_row else W
    L = (decayed**2).sum() * (strength / 2)

    def pullback(dL: np.floating) -> Gradients:
        dW = -strength * dL * W
        if bias_row:
            dW[0] = 0
        return (dW,)

    return L, pullback
