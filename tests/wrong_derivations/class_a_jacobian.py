"""A: the Jacobian is another one, or a factor of the chain is missing."""

import numpy as np

from ._register import Gradients, Result, wrong


@wrong("softmax", "A", "Z")
def softmax_diagonal_only(Z: np.ndarray, axis: int = -1) -> Result:
    """Only the diagonal p(1 − p) of the Jacobian, as if softmax acted entry by entry. (Row 11.)"""
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        return (dP * P * (1 - P),)

    return P, pullback


@wrong("softmax", "A", "Z")
def softmax_upstream_passed_on(Z: np.ndarray, axis: int = -1) -> Result:
    """The upstream comes back unchanged: no Jacobian at all. (Row 24.)"""
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        return (dP.copy(),)

    return P, pullback


@wrong("log_softmax", "A", "Z")
def log_softmax_upstream_for_delta(Z: np.ndarray, axis: int = -1) -> Result:
    """Σᵢ (daᵢ − pⱼ): the upstream stands where δᵢⱼ should and multiplies nothing. (Row 23.)"""
    A = Z - Z.max(axis=axis, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=axis, keepdims=True))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA.sum(axis=axis, keepdims=True) - Z.shape[axis] * np.exp(A),)

    return A, pullback


@wrong("log_softmax", "A", "Z")
def log_softmax_diagonal_only(Z: np.ndarray, axis: int = -1) -> Result:
    """dA∘(1 − P): what a logit does to the other classes is left out. (Row 25.)"""
    A = Z - Z.max(axis=axis, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=axis, keepdims=True))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (1 - np.exp(A)),)

    return A, pullback


@wrong("log_softmax", "A", "Z")
def log_softmax_minus_probabilities(Z: np.ndarray, axis: int = -1) -> Result:
    """dA − P: true only of an upstream that sums to 1."""
    A = Z - Z.max(axis=axis, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=axis, keepdims=True))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA - np.exp(A),)

    return A, pullback


@wrong("sigmoid", "A", "Z")
def sigmoid_derivative_of_preactivation(Z: np.ndarray) -> Result:
    """z(1 − z): the formula for the activation, fed with the pre-activation. (Row 68.)"""
    A = np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z)))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * Z * (1 - Z),)

    return A, pullback


@wrong("sigmoid", "A", "Z")
def sigmoid_half_of_the_derivative(Z: np.ndarray) -> Result:
    """dA∘A: the factor 1 − A is forgotten."""
    A = np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z)))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * A,)

    return A, pullback


@wrong("tanh", "A", "Z")
def tanh_derivative_of_preactivation(Z: np.ndarray) -> Result:
    """1 − z²: the formula for the activation, fed with the pre-activation. (Row 68.)"""
    A = np.tanh(Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (1 - Z**2),)

    return A, pullback


@wrong("tanh", "A", "Z")
def tanh_square_forgotten(Z: np.ndarray) -> Result:
    """1 − a in the place of 1 − a²."""
    A = np.tanh(Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (1 - A),)

    return A, pullback


@wrong("relu", "A", "Z")
def relu_mask_of_upstream(Z: np.ndarray) -> Result:
    """The upstream is cut where it is negative itself, not where Z is."""
    A = np.maximum(Z, 0)

    def pullback(dA: np.ndarray) -> Gradients:
        return (np.where(dA > 0, dA, 0 * dA),)

    return A, pullback


@wrong("relu", "A", "Z")
def relu_activation_for_derivative(Z: np.ndarray) -> Result:
    """Multiplies by the activation itself rather than by whether it is positive."""
    A = np.maximum(Z, 0)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * A,)

    return A, pullback


@wrong("leaky_relu", "A", "Z")
def leaky_relu_bare_slope(Z: np.ndarray, slope: float = 0.01) -> Result:
    """Below zero the slope alone comes back: the chain factor dA is missing on that branch."""
    A = np.where(Z > 0, Z, slope * Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (np.where(Z > 0, dA, np.full_like(Z, slope)),)

    return A, pullback


@wrong("binary_cross_entropy_with_logits", "A", "Z")
def logits_derivative_doubled(Z: np.ndarray, T: np.ndarray) -> Result:
    """(P − T)∘P∘(1 − P): P − T has the sigmoid's derivative in it already."""
    A = np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))
    P = np.exp(Z - A)
    losses = (A - T * Z).sum(axis=tuple(range(1, Z.ndim)))

    def pullback(dlosses: np.ndarray) -> Gradients:
        dl = np.expand_dims(dlosses, tuple(range(1, Z.ndim)))
        return dl * (P - T) * P * (1 - P), None

    return losses, pullback


@wrong("cross_entropy", "A", "P")
def cross_entropy_binary_derivative(P: np.ndarray, T: np.ndarray) -> Result:
    """The derivative of the two-class formula, summed over the classes. (Row 12.)"""
    losses = -(T * np.log(P)).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return dlosses[:, None] * ((1 - T) / (1 - P) - T / P), None

    return losses, pullback


@wrong("softmax_cross_entropy", "A", "Z")
def softmax_cross_entropy_not_through_softmax(Z: np.ndarray, T: np.ndarray) -> Result:
    """−T/P, the gradient of the probabilities, is handed out as that of the logits."""
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))
    losses = -(T * A).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return -dlosses[:, None] * T / np.exp(A), None

    return losses, pullback


@wrong("softmax_cross_entropy", "A", "Z")
def softmax_cross_entropy_diagonal(Z: np.ndarray, T: np.ndarray) -> Result:
    """−T/P times the diagonal p(1 − p) of the softmax: −T∘(1 − P). (Rows 11 and 60.)"""
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))
    losses = -(T * A).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return -dlosses[:, None] * T * (1 - np.exp(A)), None

    return losses, pullback
