"""Activations A = f(Z), each with its pullback dZ = f'(Z)∘dA, and softmax, which mixes its axis.

All but the softmaxes act entry by entry, on any shape. Exact at any z, ±∞ included: where an
exponential is large, it has no say.
"""

import numpy as np

from reference._expect import checked
from reference.types import AnyShape, Axis, Pullback


@checked
def identity(Z: AnyShape) -> tuple[AnyShape, Pullback]:
    """A = Z.  dZ = dA. (Copies, so that writing to one never changes the other.)"""
    A = Z.copy()

    def pullback(dA: np.ndarray) -> tuple[np.ndarray]:
        return (dA.copy(),)

    return A, pullback


@checked
def sigmoid(Z: AnyShape) -> tuple[AnyShape, Pullback]:
    """A = σ(Z) = 1/(1 + e⁻ᶻ).

    dZ = dA∘A∘(1 − A). A is 0 and 1 at ∓∞, where dZ = 0.

    e⁻ᶻ overflows to ∞ only where 1/(1 + ∞) = 0 is the right answer: no case needs to be told apart.

    Source: M. Nielsen, "Neural Networks and Deep Learning", chapter 1, equation 3.
    """
    A = logistic(Z)

    def pullback(dA: np.ndarray) -> tuple[np.ndarray]:
        dZ = np.subtract(1, A, dtype=A.dtype)
        dZ *= A
        dZ *= dA
        return (dZ,)

    return A, pullback


@checked
def tanh(Z: AnyShape) -> tuple[AnyShape, Pullback]:
    """A = tanh(Z).  dZ = dA∘(1 − A∘A).

    Source: d tanh = (cosh² − sinh²)/cosh² = 1 − tanh².
    """
    A = np.tanh(Z)

    def pullback(dA: np.ndarray) -> tuple[np.ndarray]:
        dZ = A * A  # dA − dA∘A∘A: arrays only, which is quicker than 1 − A∘A
        dZ *= dA
        return (dA - dZ,)

    return A, pullback


@checked
def relu(Z: AnyShape) -> tuple[AnyShape, Pullback]:
    """A = max(Z, 0).  dZ = dA where Z > 0, else 0.

    At the kink z = 0 the derivative is 0, torch's choice among the legal 0..1.

    Source: Parr and Howard, "The Matrix Calculus You Need For Deep Learning" (2018).
    """
    A = np.maximum(Z, 0, dtype=Z.dtype)

    def pullback(dA: np.ndarray) -> tuple[np.ndarray]:
        return (dA * (Z > 0),)

    return A, pullback


@checked
def leaky_relu(Z: AnyShape, slope: float = 0.01) -> tuple[AnyShape, Pullback]:
    """A = Z where Z > 0, else slope·Z.  dZ = dA where Z > 0, else slope·dA.

    At the kink z = 0 the derivative is the slope, as in torch.

    Source: Maas, Hannun and Ng, "Rectifier Nonlinearities Improve Neural Network Models" (2013).
    """
    slopes = np.array([slope, 1], Z.dtype)[(Z > 0).view(np.int8)]
    A = Z * slopes

    def pullback(dA: np.ndarray) -> tuple[np.ndarray]:
        return (dA * slopes,)

    return A, pullback


@checked
def softplus(Z: AnyShape) -> tuple[AnyShape, Pullback]:
    """A = ln(1 + eᶻ) = max(z, 0) + ln(1 + e^−|z|).

    dZ = σ(Z)∘dA. A is 0 and ∞ at ∓∞, where dZ is 0 and dA.

    Source: Dugas, Bengio, Bélisle, Nadeau and Garcia (2001).
    """
    A: np.ndarray = np.abs(Z, out=np.empty_like(Z))
    np.negative(A, out=A)
    np.exp(A, out=A)
    np.log1p(A, out=A)
    A += np.maximum(Z, 0)

    def pullback(dA: np.ndarray) -> tuple[np.ndarray]:
        dZ = logistic(Z)
        dZ *= dA
        return (dZ,)

    return A, pullback


@checked
def softmax(Z: AnyShape, axis: Axis = -1) -> tuple[AnyShape, Pullback]:
    """P = eᶻ / Σeᶻ along an axis; the largest z is subtracted first, which changes nothing.

    ∂pᵢ/∂zⱼ = pᵢ(δᵢⱼ − pⱼ), so that dZ = P∘(dP − Σ dP∘P), the sum along the axis: the Jacobian
    diag(p) − ppᵀ applied to dP without ever being formed.

    A logit of −∞ is a mask: p = 0 there, and its gradient is 0. Where all are −∞, or one is +∞,
    P is NaN, as in torch. An axis of length 0 has no maximum: ValueError.

    Source: Bridle (1990); §4.1 of Goodfellow, Bengio and Courville for the shift.
    """
    P = Z - np.maximum.reduce(Z, axis=axis, keepdims=True)
    P = np.exp(P, out=P)
    P /= np.add.reduce(P, axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> tuple[np.ndarray]:
        dZ = dP * P
        dZ -= P * dZ.sum(axis=axis, keepdims=True)
        return (dZ,)

    return P, pullback


@checked
def log_softmax(Z: AnyShape, axis: Axis = -1) -> tuple[AnyShape, Pullback]:
    """A = Z − ln Σeᶻ along an axis, the largest z subtracted first.

    ∂aᵢ/∂zⱼ = δᵢⱼ − pⱼ with p = eᵃ, so that dZ = dA − P·Σ dA, the sum along the axis.

    A logit of −∞ is a mask, as for softmax: a = −∞, and dZ = dA there.

    Source: the logarithm of softmax.
    """
    A = Z - Z.max(axis=axis, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=axis, keepdims=True))

    def pullback(dA: np.ndarray) -> tuple[np.ndarray]:
        dZ = np.exp(A)
        dZ *= -dA.sum(axis=axis, keepdims=True)
        dZ += dA
        return (dZ,)

    return A, pullback


def logistic(Z: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """σ(Z) = 1/(1 + e⁻ᶻ), the value of ``sigmoid`` and the derivative of ``softplus``."""
    A: np.ndarray = np.negative(Z, out=np.empty_like(Z) if out is None else out)
    with np.errstate(over="ignore"):
        np.exp(A, out=A)
    A += 1
    return np.reciprocal(A, out=A)
