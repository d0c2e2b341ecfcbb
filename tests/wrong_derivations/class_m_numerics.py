"""M: right on paper and for ordinary numbers; at other numbers, or in another dtype, it is not.

float64 has room for the true values of all of these.
"""

import numpy as np

from ._register import Gradients, Result, wrong


@wrong("softplus", "M", "Z", regimes=("saturated",))
def softplus_gradient_inf_over_inf(Z: np.ndarray) -> Result:
    """eᶻ/(eᶻ + 1) is ∞/∞ from z = 710 on. (Row 10.)"""
    A = np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * np.exp(Z) / (np.exp(Z) + 1),)

    return A, pullback


@wrong("softplus", "M", "value", regimes=("saturated",))
def softplus_as_written(Z: np.ndarray) -> Result:
    """ln(1 + eᶻ) as it stands: ∞ from z = 710 on, and 0 below −37."""

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z))),)

    return np.log(1 + np.exp(Z)), pullback


@wrong("sigmoid", "M", "Z", regimes=("saturated",))
def sigmoid_gradient_inf_over_inf(Z: np.ndarray) -> Result:
    """e⁻ᶻ/(1 + e⁻ᶻ)² is ∞/∞ below z = −709."""
    A = np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z)))

    def pullback(dA: np.ndarray) -> Gradients:
        E = np.exp(-Z)
        return (dA * E / (1 + E) ** 2,)

    return A, pullback


@wrong("tanh", "M", "value", "Z", regimes=("saturated",))
def tanh_from_exponentials(Z: np.ndarray) -> Result:
    """(eᶻ − e⁻ᶻ)/(eᶻ + e⁻ᶻ) is ∞/∞ at both ends."""
    up, down = np.exp(Z), np.exp(-Z)
    A = (up - down) / (up + down)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (1 - A * A),)

    return A, pullback


@wrong("tanh", "M", "value", regimes=("tiny",))
def tanh_cancels_at_zero(Z: np.ndarray) -> Result:
    """1 − 2/(e²ᶻ + 1) subtracts two numbers near 1: of a tiny z few digits are left."""
    A = 1 - 2 / (np.exp(np.minimum(2 * Z, 700)) + 1)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (1 - A * A),)

    return A, pullback


@wrong("softmax", "M", "value", "Z", regimes=("saturated",))
def softmax_not_shifted(Z: np.ndarray, axis: int = -1) -> Result:
    """Without subtracting the largest logit: ∞/∞, or 0/0 where all are very negative."""
    E = np.exp(Z)
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        return (P * (dP - (dP * P).sum(axis=axis, keepdims=True)),)

    return P, pullback


@wrong("softmax", "M", "value", "Z", regimes=("saturated",))
def softmax_shifted_by_the_largest_of_all(Z: np.ndarray, axis: int = -1) -> Result:
    """np.max without an axis: a row that lies far below another is 0/0."""
    E = np.exp(Z - Z.max())
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        return (P * (dP - (dP * P).sum(axis=axis, keepdims=True)),)

    return P, pullback


@wrong("log_softmax", "M", "value", regimes=("saturated",))
def log_softmax_logarithm_of_softmax(Z: np.ndarray, axis: int = -1) -> Result:
    """ln(softmax): a probability that rounds to 0 has the logarithm −∞."""
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA - P * dA.sum(axis=axis, keepdims=True),)

    return np.log(P), pullback


@wrong("softmax_cross_entropy", "M", "value", "Z", regimes=("saturated",))
def softmax_cross_entropy_shifted_by_the_mean(Z: np.ndarray, T: np.ndarray) -> Result:
    """The mean is subtracted rather than the largest, which can still be 700 above it."""
    S = Z - Z.mean(axis=1, keepdims=True)
    E = np.exp(S)
    total = E.sum(axis=1, keepdims=True)
    losses = (T * (np.log(total) - S)).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return dlosses[:, None] * (T.sum(axis=1, keepdims=True) * E / total - T), None

    return losses, pullback


@wrong("softmax_cross_entropy_with_labels", "M", "value", regimes=("saturated",))
def labels_logarithm_of_softmax(Z: np.ndarray, y: np.ndarray) -> Result:
    """−ln p_y, ∞ where p_y rounds to 0; P − onehot(y) is as good as ever. (Row 59.)"""
    n = np.arange(len(Z))
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = P * dlosses[:, None]
        dZ[n, y] -= dlosses
        return dZ, None

    return -np.log(P[n, y]), pullback


@wrong("binary_cross_entropy_with_logits", "M", "value", "Z", regimes=("saturated",))
def logits_through_probabilities(Z: np.ndarray, T: np.ndarray) -> Result:
    """Through p = σ(z) and its loss: p rounds to 1, and 1 − p to 0, from z = 37 on. (Row 59.)"""
    axes = tuple(range(1, Z.ndim))
    P = np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z)))
    losses = -(T * np.log(P) + (1 - T) * np.log(1 - P)).sum(axis=axes)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dP = (1 - T) / (1 - P) - T / P
        return np.expand_dims(dlosses, axes) * dP * P * (1 - P), None

    return losses, pullback


@wrong("relu", "M", "Z", regimes=("kinks",))
def relu_gradient_by_division(Z: np.ndarray) -> Result:
    """The mask is computed as A/Z, which is 0/0 at an exact zero. (Row 52.)"""
    A = np.maximum(Z, 0)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (A / Z),)

    return A, pullback


@wrong("leaky_relu", "M", "Z", regimes=("kinks",))
def leaky_relu_gradient_by_division(Z: np.ndarray, slope: float = 0.01) -> Result:
    """The derivative is computed as A/Z, which is 0/0 at an exact zero. (Row 52.)"""
    A = np.where(Z > 0, Z, slope * Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (A / Z),)

    return A, pullback


@wrong("weighted_reduce", "M", "w", regimes=("kinks",))
def weighted_reduce_losses_by_division(
    losses: np.ndarray, w: np.ndarray, reduction: str = "mean"
) -> Result:
    """The losses are won back as (wℓ)/w, which is 0/0 at a weight of zero. (Row 52.)"""
    terms = w * losses
    total = w.sum() if reduction == "mean" else 1
    L = terms if reduction == "none" else terms.sum() / total
    centre = L if reduction == "mean" else 0

    def pullback(dL: np.ndarray) -> Gradients:
        return dL * w / total, dL * (terms / w - centre) / total

    return L, pullback


@wrong("sigmoid", "M", "value", "Z", finding="lower-precision")
def sigmoid_in_single_precision(Z: np.ndarray) -> Result:
    """Computed in float32 and cast back: the dtype is right, half of the digits are not."""
    z = Z.astype(np.float32)
    a = np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))
    A = a.astype(Z.dtype)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * A * (1 - A),)

    return A, pullback


@wrong("affine", "M", "W", finding="lower-precision")
def affine_weights_in_single_precision(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """dW is gathered in a float32 buffer."""

    def pullback(dZ: np.ndarray) -> Gradients:
        dW = np.zeros(W.shape, dtype=np.float32)
        dW += (X.T @ dZ).astype(np.float32)
        return dZ @ W.T, dW.astype(W.dtype), dZ.sum(axis=0)

    return X @ W + b, pullback


@wrong("embedding", "M", "W", finding="wrong-dtype")
def embedding_buffer_of_default_dtype(W: np.ndarray, y: np.ndarray) -> Result:
    """np.zeros(W.shape) is float64 whatever W is: a float32 table gets a float64 gradient."""

    def pullback(dA: np.ndarray) -> Gradients:
        dW = np.zeros(W.shape)
        np.add.at(dW, y, dA)
        return dW, None

    return W[y], pullback


@wrong("class_weights", "M", "c", finding="wrong-dtype")
def class_weights_counted_in_double(c: np.ndarray, y: np.ndarray) -> Result:
    """np.bincount answers in float64 whatever the dtype of its weights."""

    def pullback(dw: np.ndarray) -> Gradients:
        return np.bincount(y, weights=dw, minlength=len(c)), None

    return c[y], pullback


@wrong("softmax_cross_entropy_with_labels", "M", "Z", finding="wrong-dtype")
def labels_one_hot_in_double(Z: np.ndarray, y: np.ndarray) -> Result:
    """np.eye(C)[y] is float64, and so is all that it is subtracted from."""
    n = np.arange(len(Z))
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))

    def pullback(dlosses: np.ndarray) -> Gradients:
        return dlosses[:, None] * (np.exp(A) - np.eye(Z.shape[1])[y]), None

    return -A[n, y], pullback


@wrong("affine_bias_column", "M", "value", "W", finding="wrong-dtype")
def bias_column_of_default_dtype(X: np.ndarray, W: np.ndarray) -> Result:
    """np.ones((N, 1)) is float64 and takes the whole product with it."""
    X1 = np.hstack([np.ones((len(X), 1)), X])

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ W[1:].T, X1.T @ dZ

    return X1 @ W, pullback
