"""O: wrong, and yet it passes a test that is too weak; the docstring says which."""

import numpy as np

from ._register import Gradients, Result, wrong


@wrong("softmax", "O", "Z")
def softmax_zero_gradient(Z: np.ndarray, axis: int = -1) -> Result:
    """No gradient at all: passes an upstream of ones, under which the true one is zero."""
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        return (np.zeros_like(P),)

    return P, pullback


@wrong("softmax", "O", "Z")
def softmax_plain_mean(Z: np.ndarray, axis: int = -1) -> Result:
    """P∘(dP − mean dP): passes where all logits are equal, as at initialisation. (Row 58.)"""
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        return (P * (dP - dP.mean(axis=axis, keepdims=True)),)

    return P, pullback


@wrong("log_softmax", "O", "Z")
def log_softmax_sum_of_ones(Z: np.ndarray, axis: int = -1) -> Result:
    """dA − C·P: passes an upstream of ones, which does sum to C. (Row 46.)"""
    A = Z - Z.max(axis=axis, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=axis, keepdims=True))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA - np.exp(A) * Z.shape[axis],)

    return A, pullback


@wrong("softmax_cross_entropy_with_labels", "O", "Z")
def labels_uniform_probabilities(Z: np.ndarray, y: np.ndarray) -> Result:
    """1/C − onehot(y): passes where all logits are equal, as at initialisation. (Row 58.)"""
    n = np.arange(len(Z))
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = np.zeros_like(Z) + dlosses[:, None] / Z.shape[1]
        dZ[n, y] -= dlosses
        return dZ, None

    return -A[n, y], pullback


@wrong("softmax_cross_entropy", "O", "Z")
def softmax_cross_entropy_hard_targets(Z: np.ndarray, T: np.ndarray) -> Result:
    """Going back the largest target counts as 1: passes one-hot targets. (Row 16.)"""
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))
    losses = -(T * A).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = np.exp(A)
        dZ[np.arange(len(Z)), T.argmax(axis=1)] -= 1
        return dlosses[:, None] * dZ, None

    return losses, pullback


@wrong("binary_cross_entropy", "O", "P")
def bce_checked_at_one_half(P: np.ndarray, T: np.ndarray) -> Result:
    """4(P − T): passes at p = ½, where p(1 − p) is a quarter."""
    axes = tuple(range(1, P.ndim))
    losses = -(T * np.log(P) + (1 - T) * np.log1p(-P)).sum(axis=axes)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return 4 * np.expand_dims(dlosses, axes) * (P - T), None

    return losses, pullback


@wrong("binary_cross_entropy_with_logits", "O", "Z")
def logits_hard_targets(Z: np.ndarray, T: np.ndarray) -> Result:
    """Going back the targets are rounded: passes 0 and 1. (Row 16.)"""
    axes = tuple(range(1, Z.ndim))
    A = np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))
    P = np.exp(Z - A)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return np.expand_dims(dlosses, axes) * (P - (T > 0.5)), None

    return (A - T * Z).sum(axis=axes), pullback


@wrong("affine", "O", "X")
def affine_reshaped_for_transposed(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """W.reshape(M, D) for Wᵀ: has every shape right, and passes where D or M is 1."""

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W.reshape(W.shape[::-1]), X.T @ dZ, dZ.sum(axis=0)

    return X @ W + b, pullback


@wrong("affine", "O", "W")
def affine_inputs_reshaped(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """X.reshape(D, N) for Xᵀ: passes where N or D is 1."""

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W.T, X.reshape(X.shape[::-1]) @ dZ, dZ.sum(axis=0)

    return X @ W + b, pullback


@wrong("affine", "O", "X", "W", "b")
def affine_upstream_of_ones(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """The gradients of the sum of Z: passes an upstream of ones and no other. (Row 46.)"""

    def pullback(dZ: np.ndarray) -> Gradients:
        dX = np.zeros_like(X) + W.sum(axis=1)
        dW = np.zeros_like(W) + X.sum(axis=0)[:, None]
        return dX, dW, np.full_like(b, len(X))

    return X @ W + b, pullback


@wrong("affine", "O", "W")
def affine_diagonal_of_batch(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """Mean of x times sum of dz: passes N = 1 and a batch of equal samples."""

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W.T, np.outer(X.mean(axis=0), dZ.sum(axis=0)), dZ.sum(axis=0)

    return X @ W + b, pullback


@wrong("identity", "O", "Z")
def identity_of_ones(Z: np.ndarray) -> Result:
    """The derivative 1, not times the upstream: passes an upstream of ones."""

    def pullback(dA: np.ndarray) -> Gradients:
        return (np.ones_like(Z),)

    return Z.copy(), pullback


@wrong("relu", "O", "Z")
def relu_for_positive_inputs(Z: np.ndarray) -> Result:
    """The upstream as it came: passes inputs drawn from 0..1."""
    A = np.maximum(Z, 0)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA.copy(),)

    return A, pullback


@wrong("sigmoid", "O", "Z")
def sigmoid_derivative_at_zero(Z: np.ndarray) -> Result:
    """A quarter everywhere: passes inputs of zeros."""
    A = np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z)))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA / 4,)

    return A, pullback


@wrong("leaky_relu", "O", "Z", options={"slope": 0.3})
def leaky_relu_default_slope(Z: np.ndarray, slope: float = 0.01) -> Result:
    """0.01 is written out on the way back: passes the default slope."""
    A = np.where(Z > 0, Z, slope * Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (np.where(Z > 0, dA, 0.01 * dA),)

    return A, pullback


@wrong("l2_penalty", "O", "W", options={"strength": 0.3})
def l2_penalty_strength_of_one(
    W: np.ndarray, strength: float = 1.0, bias_row: bool = False
) -> Result:
    """λ is missing from the gradient: passes λ = 1. (Row 28's γ = 1.)"""
    decayed = W[1:] if bias_row else W
    L = (decayed**2).sum() * (strength / 2)

    def pullback(dL: np.floating) -> Gradients:
        dW = W * dL
        if bias_row:
            dW[0] = 0
        return (dW,)

    return L, pullback


@wrong("reduce", "O", "losses")
def reduce_end_of_the_chain(losses: np.ndarray, reduction: str = "mean") -> Result:
    """1/N whatever dL is: passes the usual dL = 1."""
    if reduction == "none":
        return losses.copy(), lambda dL: (np.ones_like(losses),)
    L = losses.mean() if reduction == "mean" else losses.sum()

    def pullback(dL: np.floating) -> Gradients:
        return (np.full_like(losses, 1 / len(losses) if reduction == "mean" else 1),)

    return L, pullback


@wrong("weighted_reduce", "O", "losses")
def weighted_reduce_weights_of_one(
    losses: np.ndarray, w: np.ndarray, reduction: str = "mean"
) -> Result:
    """The weights are missing from dℓ: passes weights of 1. (Row 28's γ = 1.)"""
    total = w.sum() if reduction == "mean" else 1
    L = w * losses if reduction == "none" else (w * losses).sum() / total
    centre = L if reduction == "mean" else 0

    def pullback(dL: np.ndarray) -> Gradients:
        dlosses = np.zeros_like(losses) + dL / (len(w) if reduction == "mean" else 1)
        return dlosses, dL * (losses - centre) / total

    return L, pullback


@wrong("weighted_reduce", "O", "value")
def weighted_mean_of_batch(losses: np.ndarray, w: np.ndarray, reduction: str = "mean") -> Result:
    """The mean divides by N where its gradient divides by Σw: passes weights of 1."""
    terms = w * losses
    L = terms if reduction == "none" else terms.mean() if reduction == "mean" else terms.sum()
    total = w.sum() if reduction == "mean" else 1
    centre = terms.sum() / total if reduction == "mean" else 0

    def pullback(dL: np.ndarray) -> Gradients:
        return dL * w / total, dL * (losses - centre) / total

    return L, pullback
