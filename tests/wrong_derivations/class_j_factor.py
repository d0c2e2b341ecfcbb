"""J: right but for a constant: 2, ½, N, 1/N, the number of outputs, the upstream itself."""

import numpy as np

from ._register import Gradients, Result, wrong


@wrong("affine", "J", "W")
def affine_weights_averaged(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """dW/N: the mean is the loss's affair and is in dZ already. (Row 40.)"""

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W.T, X.T @ dZ / len(X), dZ.sum(axis=0)

    return X @ W + b, pullback


@wrong("affine", "J", "b")
def affine_bias_averaged(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """db = dZ.mean(axis=0) beside a dW that is a sum. Right for N = 1."""

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W.T, X.T @ dZ, dZ.mean(axis=0)

    return X @ W + b, pullback


@wrong("affine_columns", "J", "W", "b")
def affine_columns_divided_by_features(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """Divides by m = X.shape[0], which in this layout counts the features."""

    def pullback(dZ: np.ndarray) -> Gradients:
        m = X.shape[0]
        return W.T @ dZ, dZ @ X.T / m, dZ.sum(axis=1, keepdims=True) / m

    return W @ X + b, pullback


@wrong("embedding", "J", "W")
def embedding_averaged_over_places(W: np.ndarray, y: np.ndarray) -> Result:
    """The gradient is divided by the number of indices. (Row 40.)"""

    def pullback(dA: np.ndarray) -> Gradients:
        dW = np.zeros_like(W)
        np.add.at(dW, y, dA)
        return dW / y.size, None

    return W[y], pullback


@wrong("squared_error", "J", "Y")
def squared_error_two_not_cancelled(Y: np.ndarray, T: np.ndarray, half: bool = True) -> Result:
    """2(Y − T) although the loss has its ½. (Row 55.)"""
    axes = tuple(range(1, Y.ndim))
    losses = ((Y - T) ** 2).sum(axis=axes) / (2 if half else 1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return 2 * np.expand_dims(dlosses, axes) * (Y - T), None

    return losses, pullback


@wrong("l2_penalty", "J", "W")
def l2_penalty_two_not_cancelled(
    W: np.ndarray, strength: float = 1.0, bias_row: bool = False
) -> Result:
    """2λW although the loss has its ½. (Row 55.)"""
    decayed = W[1:] if bias_row else W
    L = (decayed**2).sum() * (strength / 2)

    def pullback(dL: np.floating) -> Gradients:
        dW = 2 * strength * dL * W
        if bias_row:
            dW[0] = 0
        return (dW,)

    return L, pullback


@wrong("l2_penalty", "J", "value")
def l2_penalty_half_missing(W: np.ndarray, strength: float = 1.0, bias_row: bool = False) -> Result:
    """The loss is λΣW² without the ½ that its gradient λW needs. (Row 55.)"""
    decayed = W[1:] if bias_row else W
    L = (decayed**2).sum() * strength

    def pullback(dL: np.floating) -> Gradients:
        dW = strength * dL * W
        if bias_row:
            dW[0] = 0
        return (dW,)

    return L, pullback


@wrong("softmax_cross_entropy_with_labels", "J", "Z")
def labels_averaged_twice(Z: np.ndarray, y: np.ndarray) -> Result:
    """Divides by N what is per sample still; the reduction will do it again. (Row 40.)"""
    n = np.arange(len(Z))
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = np.exp(A)
        dZ[n, y] -= 1
        return dlosses[:, None] * dZ / len(Z), None

    return -A[n, y], pullback


@wrong("softmax_cross_entropy", "J", "Z")
def softmax_cross_entropy_upstream_ignored(Z: np.ndarray, T: np.ndarray) -> Result:
    """The loss is taken for the end of the chain: dℓ is not used. (Row 17.)"""
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))
    losses = -(T * A).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return T.sum(axis=1, keepdims=True) * np.exp(A) - T, None

    return losses, pullback


@wrong("cross_entropy", "J", "P")
def cross_entropy_mean_over_classes(P: np.ndarray, T: np.ndarray) -> Result:
    """The gradient is a mean over the classes where the loss is a sum."""
    losses = -(T * np.log(P)).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return -dlosses[:, None] * T / P / P.shape[1], None

    return losses, pullback


@wrong("binary_cross_entropy_with_logits", "J", "Z")
def logits_mean_over_outputs(Z: np.ndarray, T: np.ndarray) -> Result:
    """The gradient is a mean over the outputs where the loss is a sum. Right for one output."""
    axes = tuple(range(1, Z.ndim))
    A = np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))
    P = np.exp(Z - A)

    def pullback(dlosses: np.ndarray) -> Gradients:
        outputs = max(Z.size // max(len(Z), 1), 1)
        return np.expand_dims(dlosses, axes) * (P - T) / outputs, None

    return (A - T * Z).sum(axis=axes), pullback


@wrong("binary_cross_entropy_with_logits", "J", "value")
def logits_loss_in_bits(Z: np.ndarray, T: np.ndarray) -> Result:
    """The loss counts bits (log₂), its gradient nats."""
    axes = tuple(range(1, Z.ndim))
    A = np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))
    P = np.exp(Z - A)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return np.expand_dims(dlosses, axes) * (P - T), None

    return (A - T * Z).sum(axis=axes) / np.log(2).astype(Z.dtype), pullback


@wrong("reduce", "J", "losses")
def reduce_mean_not_divided(losses: np.ndarray, reduction: str = "mean") -> Result:
    """The mean going forward, the sum's gradient coming back. Right for N = 1."""
    if reduction == "none":
        return losses.copy(), lambda dL: (dL.copy(),)
    L = losses.mean() if reduction == "mean" else losses.sum()

    def pullback(dL: np.floating) -> Gradients:
        return (np.full_like(losses, dL),)

    return L, pullback


@wrong("reduce", "J", "losses", options={"reduction": "sum"})
def reduce_sum_divided(losses: np.ndarray, reduction: str = "mean") -> Result:
    """The gradient of the sum is divided by N too."""
    if reduction == "none":
        return losses.copy(), lambda dL: (dL.copy(),)
    L = losses.mean() if reduction == "mean" else losses.sum()

    def pullback(dL: np.floating) -> Gradients:
        return (np.full_like(losses, dL / len(losses)),)

    return L, pullback


@wrong("weighted_reduce", "J", "losses")
def weighted_mean_divided_by_batch(
    losses: np.ndarray, w: np.ndarray, reduction: str = "mean"
) -> Result:
    """Going back the weighted mean divides by N, not by the sum of the weights."""
    total = w.sum() if reduction == "mean" else 1
    L = w * losses if reduction == "none" else (w * losses).sum() / total
    centre = L if reduction == "mean" else 0

    def pullback(dL: np.ndarray) -> Gradients:
        count = len(w) if reduction == "mean" else 1
        return dL * w / count, dL * (losses - centre) / total

    return L, pullback


@wrong("identity", "J", "Z")
def identity_halved(Z: np.ndarray) -> Result:
    """A stray ½, from the derivative of ½z² where z was meant. (Row 57.)"""

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA / 2,)

    return Z.copy(), pullback
