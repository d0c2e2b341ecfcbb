"""The activations that act entry by entry, otherwise. At a kink some make another legal choice."""

import numpy as np

from ._register import LARGE, SATURATED, Gradients, Result, otherwise


@otherwise("identity")
def identity_times_one(Z: np.ndarray) -> Result:
    """1·Z, and back 1·dA."""

    def pullback(dA: np.ndarray) -> Gradients:
        return (1 * dA,)

    return 1 * Z, pullback


@otherwise("identity")
def identity_derivative_of_ones(Z: np.ndarray) -> Result:
    """f' = 1 as an array, as frameworks with a table of derivatives have it."""

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * np.ones_like(Z),)

    return np.array(Z), pullback


# e^1000 overflows on the way to the right value, with a warning.
@otherwise("sigmoid", but=(SATURATED,))
def sigmoid_textbook(Z: np.ndarray) -> Result:
    """1/(1 + e⁻ᶻ) and a(1 − a)."""
    A = 1 / (1 + np.exp(-Z))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (A * (1 - A)),)

    return A, pullback


# ½(1 + tanh) cancels for z well below 0, so that a small a has few digits.
@otherwise("sigmoid", but=(LARGE, SATURATED))
def sigmoid_by_tanh(Z: np.ndarray) -> Result:
    """½(1 + tanh ½z), with the derivative ¼(1 − tanh² ½z)."""
    H = np.tanh(Z / 2)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (1 - H * H) / 4,)

    return (1 + H) / 2, pullback


# e⁻ᶻ overflows below z = −709, and its square at half of that.
@otherwise("sigmoid", but=(LARGE, SATURATED))
def sigmoid_quotient_rule(Z: np.ndarray) -> Result:
    """e⁻ᶻ/(1 + e⁻ᶻ)², the derivative before anybody simplifies it."""
    E = np.exp(-Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * E / (1 + E) ** 2,)

    return 1 / (1 + E), pullback


@otherwise("sigmoid")
def sigmoid_two_branches(Z: np.ndarray) -> Result:
    """1/(1 + e⁻ᶻ) where z ≥ 0, else eᶻ/(1 + eᶻ); the derivative as σ(z)·σ(−z)."""
    E = np.exp(-abs(Z))
    A = np.where(Z >= 0, 1, E) / (1 + E)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * A * (np.where(Z >= 0, E, 1) / (1 + E)),)

    return A, pullback


@otherwise("sigmoid")
def sigmoid_by_logaddexp(Z: np.ndarray) -> Result:
    """e^−ln(1 + e⁻ᶻ)."""
    A = np.exp(-np.logaddexp(0, -Z))

    def pullback(dA: np.ndarray) -> Gradients:
        return (A * dA - A**2 * dA,)

    return A, pullback


@otherwise("tanh")
def tanh_factored(Z: np.ndarray) -> Result:
    """(1 − a)(1 + a)."""
    A = np.tanh(Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (1 - A) * (1 + A),)

    return A, pullback


# cosh overflows at 710, with a warning on the way to the right 1/∞ = 0.
@otherwise("tanh", but=(SATURATED,))
def tanh_by_sech(Z: np.ndarray) -> Result:
    """sinh/cosh, and back 1/cosh²."""
    C = np.cosh(Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA / C / C,)

    return np.sinh(Z) / C, pullback


@otherwise("tanh")
def tanh_by_sigmoid(Z: np.ndarray) -> Result:
    """The derivative as that of 2σ(2z) − 1, which is 4σ(2z)σ(−2z)."""

    def pullback(dA: np.ndarray) -> Gradients:
        E = np.exp(-2 * np.abs(Z))
        return (4 * (1 / (1 + E)) * (E / (1 + E)) * dA,)

    return np.tanh(Z), pullback


@otherwise("tanh")
def tanh_by_expm1(Z: np.ndarray) -> Result:
    """−m/(m + 2) with m = e^−2|z| − 1, and the sign of z: no cancellation anywhere."""
    m = np.expm1(-2 * np.abs(Z))
    A = np.copysign(m / (m + 2), Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * 4 * (m + 1) / (m + 2) ** 2,)

    return A, pullback


@otherwise("relu")
def relu_one_at_the_kink(Z: np.ndarray) -> Result:
    """The mask Z ≥ 0: the derivative at the kink is 1."""
    mask = Z >= 0

    def pullback(dA: np.ndarray) -> Gradients:
        return (np.where(mask, dA, np.zeros_like(dA)),)

    return np.where(mask, Z, np.zeros_like(Z)), pullback


@otherwise("relu")
def relu_by_absolute_value(Z: np.ndarray) -> Result:
    """½(|z| + z), and back ½(sign z + 1): the derivative at the kink is ½."""

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (np.sign(Z) + 1) / 2,)

    return (np.abs(Z) + Z) / 2, pullback


@otherwise("relu")
def relu_by_mask(Z: np.ndarray) -> Result:
    """Z∘(Z > 0), and back with the mask of the value."""
    A = Z * (Z > 0)

    def pullback(dA: np.ndarray) -> Gradients:
        return ((A != 0) * dA,)

    return A, pullback


@otherwise("relu")
def relu_on_a_copy(Z: np.ndarray) -> Result:
    """A copy is cut in place, forward and back."""
    A = np.clip(Z, 0, None)

    def pullback(dA: np.ndarray) -> Gradients:
        dZ = np.array(dA)
        dZ[Z <= 0] = 0
        return (dZ,)

    return A, pullback


@otherwise("leaky_relu")
def leaky_relu_by_maximum(Z: np.ndarray, slope: float = 0.01) -> Result:
    """max(z, slope·z), or the minimum where the slope is above 1."""
    A = np.maximum(Z, slope * Z) if slope <= 1 else np.minimum(Z, slope * Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * np.where(Z < 0, slope, 1).astype(Z.dtype),)

    return A, pullback


@otherwise("leaky_relu")
def leaky_relu_by_two_relus(Z: np.ndarray, slope: float = 0.01) -> Result:
    """relu(z) − slope·relu(−z), each with its own gradient."""

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (Z > 0) + slope * dA * (Z <= 0),)

    return np.maximum(Z, 0) - slope * np.maximum(-Z, 0), pullback


@otherwise("leaky_relu")
def leaky_relu_line_plus_relu(Z: np.ndarray, slope: float = 0.01) -> Result:
    """slope·z + (1 − slope)·relu(z): a line and a bend."""
    bend = Z > 0

    def pullback(dA: np.ndarray) -> Gradients:
        return (slope * dA + (1 - slope) * (dA * bend),)

    return slope * Z + (1 - slope) * (Z * bend), pullback


@otherwise("softplus")
def softplus_by_logaddexp(Z: np.ndarray) -> Result:
    """ln(e⁰ + eᶻ), and back e^(z − a)."""
    A = np.logaddexp(0, Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * np.exp(Z - A),)

    return A, pullback


@otherwise("softplus")
def softplus_as_negative_log_sigmoid(Z: np.ndarray) -> Result:
    """−ln σ(−z) with z taken out where it is positive; back 1 − σ(−z)."""
    E = np.exp(-np.abs(Z))
    A = (np.abs(Z) + Z) / 2 - np.log1p(-E / (1 + E))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA - dA * np.where(Z > 0, E, 1) / (1 + E),)

    return A, pullback


@otherwise("softplus")
def softplus_gradient_by_tanh(Z: np.ndarray) -> Result:
    """The derivative σ(z) as ½ + ½·tanh ½z."""
    A = np.maximum(Z, 0) + np.log1p(np.exp(-np.abs(Z)))

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * (0.5 + 0.5 * np.tanh(0.5 * Z)),)

    return A, pullback


# eᶻ/(1 + eᶻ) is ∞/∞ from z = 710 on, in float32 from 89.
@otherwise("softplus", but=(LARGE, SATURATED))
def softplus_textbook(Z: np.ndarray) -> Result:
    """ln(1 + eᶻ), and back eᶻ/(1 + eᶻ)."""
    E = np.exp(Z)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA * E / (1 + E),)

    return np.log1p(E), pullback
