"""I: forward and backward are each something, but not of the same function."""

import numpy as np

from ._register import Gradients, Result, wrong


@wrong("softplus", "I", "Z")
def softplus_with_backward_of_relu(Z: np.ndarray) -> Result:
    """The smooth forward, and the step of the relu that it smooths on the way back."""
    A = np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (Z > 0),)

    return A, pullback


@wrong("softplus", "I", "Z")
def softplus_derivative_at_activation(Z: np.ndarray) -> Result:
    """σ(a) in the place of σ(z): the derivative is given the output as its input. (Row 47.)"""
    A = np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA / (1 + np.exp(-A)),)

    return A, pullback


@wrong("sigmoid", "I", "Z")
def sigmoid_derivative_at_activation(Z: np.ndarray) -> Result:
    """σ'(a): the derivative of the input, called with the output. (Row 47.)"""
    A = np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z)))

    def pullback(dA: np.ndarray) -> Gradients:
        S = 1 / (1 + np.exp(-A))
        return (dA * S * (1 - S),)

    return A, pullback


@wrong("sigmoid", "I", "Z")
def sigmoid_with_derivative_of_tanh(Z: np.ndarray) -> Result:
    """1 − a², left over from when the activation was tanh."""
    A = np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z)))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (1 - A**2),)

    return A, pullback


@wrong("tanh", "I", "Z")
def tanh_with_derivative_of_sigmoid(Z: np.ndarray) -> Result:
    """a(1 − a), left over from when the activation was a sigmoid."""
    A = np.tanh(Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * A * (1 - A),)

    return A, pullback


@wrong("tanh", "I", "value")
def tanh_scaled_forward(Z: np.ndarray) -> Result:
    """LeCun's 1.7159·tanh(2z/3) on the way forward, the plain tanh on the way back. (Row 46.)"""

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (1 - np.tanh(Z) ** 2),)

    return 1.7159 * np.tanh(2 / 3 * Z), pullback


@wrong("softmax", "I", "Z")
def softmax_with_backward_of_log_softmax(Z: np.ndarray, axis: int = -1) -> Result:
    """dP − P·Σ dP, which belongs to the logarithm."""
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        return (dP - P * dP.sum(axis=axis, keepdims=True),)

    return P, pullback


@wrong("log_softmax", "I", "Z")
def log_softmax_with_backward_of_softmax(Z: np.ndarray, axis: int = -1) -> Result:
    """P∘(dA − Σ dA∘P), which belongs to the probabilities."""
    A = Z - Z.max(axis=axis, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=axis, keepdims=True))

    def pullback(dA: np.ndarray) -> Gradients:
        P = np.exp(A)
        return (P * (dA - (dA * P).sum(axis=axis, keepdims=True)),)

    return A, pullback


@wrong("squared_error", "I", "Y", options={"half": False})
def squared_error_half_ignored(Y: np.ndarray, T: np.ndarray, half: bool = True) -> Result:
    """The option acts on the loss and not on its gradient, always Y − T. (Row 5.)"""
    axes = tuple(range(1, Y.ndim))
    losses = ((Y - T) ** 2).sum(axis=axes) / (2 if half else 1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return np.expand_dims(dlosses, axes) * (Y - T), None

    return losses, pullback


@wrong("squared_error", "I", "value")
def squared_error_mean_forward(Y: np.ndarray, T: np.ndarray, half: bool = True) -> Result:
    """The loss is a mean over the outputs, the gradient that of their sum."""
    axes = tuple(range(1, Y.ndim))
    scale = 1 if half else 2
    losses = ((Y - T) ** 2).mean(axis=axes) * (scale / 2)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return scale * np.expand_dims(dlosses, axes) * (Y - T), None

    return losses, pullback


@wrong("binary_cross_entropy", "I", "P")
def bce_with_shortcut_of_logits(P: np.ndarray, T: np.ndarray) -> Result:
    """P − T: the gradient of the logits (and of a squared error), not of P."""
    axes = tuple(range(1, P.ndim))
    losses = -(T * np.log(P) + (1 - T) * np.log1p(-P)).sum(axis=axes)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return np.expand_dims(dlosses, axes) * (P - T), None

    return losses, pullback


@wrong("cross_entropy", "I", "P")
def cross_entropy_with_shortcut_of_logits(P: np.ndarray, T: np.ndarray) -> Result:
    """P − T: the gradient of the logits, not of P."""
    losses = -(T * np.log(P)).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return dlosses[:, None] * (P - T), None

    return losses, pullback


@wrong("softmax_cross_entropy", "I", "value")
def softmax_cross_entropy_argmax_forward(Z: np.ndarray, T: np.ndarray) -> Result:
    """The loss takes the largest target for the label, the gradient all targets. (Row 16.)"""
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))
    losses = -A[np.arange(len(Z)), T.argmax(axis=1)]

    def pullback(dlosses: np.ndarray) -> Gradients:
        a = T.sum(axis=1, keepdims=True)
        return dlosses[:, None] * (a * np.exp(A) - T), None

    return losses, pullback


@wrong("softmax_cross_entropy_with_labels", "I", "value")
def labels_smoothed_in_the_loss_only(Z: np.ndarray, y: np.ndarray) -> Result:
    """Labels are smoothed by a tenth going forward; the backward knows hard ones. (Row 18.)"""
    n = np.arange(len(Z))
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))
    losses = -0.9 * A[n, y] - 0.1 * A.mean(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = np.exp(A)
        dZ[n, y] -= 1
        return dlosses[:, None] * dZ, None

    return losses, pullback


@wrong("l2_penalty", "I", "W", options={"bias_row": True})
def l2_penalty_bias_decayed(W: np.ndarray, strength: float = 1.0, bias_row: bool = False) -> Result:
    """The loss leaves the bias row out, the gradient does not."""
    decayed = W[1:] if bias_row else W
    L = (decayed**2).sum() * (strength / 2)

    def pullback(dL: np.floating) -> Gradients:
        return (W * (strength * dL),)

    return L, pullback


@wrong("l2_penalty", "I", "value", options={"bias_row": True})
def l2_penalty_bias_in_the_loss(
    W: np.ndarray, strength: float = 1.0, bias_row: bool = False
) -> Result:
    """The gradient leaves the bias row out, the loss does not."""
    L = (W**2).sum() * (strength / 2)

    def pullback(dL: np.floating) -> Gradients:
        dW = W * (strength * dL)
        if bias_row:
            dW[0] = 0
        return (dW,)

    return L, pullback


@wrong("leaky_relu", "I", "Z")
def leaky_relu_another_slope(Z: np.ndarray, slope: float = 0.01) -> Result:
    """Going back the slope is another library's default, 0.3, whatever was given. (Row 46.)"""
    A = np.where(Z > 0, Z, slope * Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (np.where(Z > 0, dA, 0.3 * dA),)

    return A, pullback
