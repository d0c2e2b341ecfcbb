"""Losses: how far the predictions are from the targets, first per sample, then for the batch.

Every loss returns one number a sample, ℓₙ, summed over the sample's outputs. What becomes of the
ℓₙ (their sum or mean, sample and class weights) is a pullback of its own, written once for all:

    losses, loss_pullback = softmax_cross_entropy_with_labels(Z, y)
    L, mean_pullback = reduce(losses, "mean")
    (dlosses,) = mean_pullback(1.0)
    dZ, _ = loss_pullback(dlosses)

Targets are data: their place among the gradients holds None. Below, a column dℓ multiplies row n
of a gradient by dℓₙ.
"""

from typing import Literal, TypeAlias

import numpy as np
from jaxtyping import Float

from reference._blocks import BLOCK, blocks
from reference._expect import checked
from reference.activations import logistic
from reference.types import (
    AnyShape,
    ClassWeights,
    Labels,
    Logits,
    PerSample,
    Probabilities,
    Pullback,
    Samples,
    SoftLabels,
    Targets,
    UnitSamples,
    UnitTargets,
    Weights,
)

Reduction: TypeAlias = Literal["mean", "sum", "none"]


@checked
def squared_error(Y: Samples, T: Targets, half: bool = True) -> tuple[PerSample, Pullback]:
    """ℓ = ½Σ(y − t)², or Σ(y − t)² with ``half=False``, the sum over a sample's outputs.

    dY = dℓ∘(Y − T), or twice that.

    (torch's ``mse_loss`` has no ½ and divides by all entries, N times M of them.)

    Source: M. Nielsen, "Neural Networks and Deep Learning", chapter 2, equation 26.
    """
    scale = 1 if half else 2
    E = Y - T
    losses = _per_sample(E * E) * (scale / 2)

    def pullback(dlosses: np.ndarray) -> tuple[np.ndarray, None]:
        return E * _column(scale * dlosses, Y), None

    return losses, pullback


@checked
def binary_cross_entropy(P: UnitSamples, T: UnitTargets) -> tuple[PerSample, Pullback]:
    """ℓ = −Σ t·ln p + (1 − t)·ln(1 − p), the sum over a sample's outputs; 0·ln 0 is 0.

    dP = dℓ∘((1 − T)/(1 − P) − T/P), where 0/0 is 0.

    At p = 0 or 1 with another t the loss is ∞, as the formula has it: nothing is clipped. (torch
    clamps the logarithm at −100.) On the way through a sigmoid prefer the loss on logits.

    Source: −ln of the Bernoulli probability pᵗ(1 − p)¹⁻ᵗ.
    """
    P0 = P + (T == 0)  # where t = 0 its term is 0: any positive number will do for p,
    P1 = P * (T != 1)  # and likewise any but 1 where t = 1
    losses = -_per_sample(T * np.log(P0) + (1 - T) * np.log1p(-P1))

    def pullback(dlosses: np.ndarray) -> tuple[np.ndarray, None]:
        dP = (1 - T) / (1 - P1)
        dP -= T / P0
        dP *= _column(dlosses, P)
        return dP, None

    return losses, pullback


@checked
def binary_cross_entropy_with_logits(Z: Samples, T: Targets) -> tuple[PerSample, Pullback]:
    """ℓ = Σ ln(1 + eᶻ) − t·z, the cross-entropy of p = σ(z) without p: exact at any finite z.

    dZ = dℓ∘(P − T).

    Computed as ln(1 + e^−|z|) + (max(z, 0) − t·z), where nothing large is left to cancel when the
    prediction is right. At z = ±∞ the loss is NaN, as in torch.

    Source: −t·ln σ(z) − (1 − t)·ln(1 − σ(z)), with 1 − σ(z) = σ(z)·e⁻ᶻ.
    """
    terms = np.empty_like(Z)
    zeros = np.zeros_like(Z[:BLOCK])  # max(z, 0) of a number takes NumPy four times as long
    for rows in blocks(len(Z), Z[:1].size):
        z, t, term = Z[rows], T[rows], terms[rows]
        np.negative(np.abs(z, out=term), out=term)
        np.log1p(np.exp(term, out=term), out=term)
        m = np.maximum(z, zeros[: len(z)])
        m -= t * z
        term += m
    losses = _per_sample(terms)

    def pullback(dlosses: np.ndarray) -> tuple[np.ndarray, None]:
        dZ, column = np.empty_like(Z), _column(dlosses, Z)
        for rows in blocks(len(Z), Z[:1].size):
            P = logistic(Z[rows], out=dZ[rows])
            P -= T[rows]
            P *= column[rows]
        return dZ, None

    return losses, pullback


@checked
def cross_entropy(P: Probabilities, T: SoftLabels) -> tuple[PerSample, Pullback]:
    """ℓ = −Σ t·ln p over the classes, of probabilities P and targets T (one-hot or soft).

    dP = −dℓ∘T/P. Where t = 0 both are 0, whatever p is; where only p = 0, ℓ is ∞.

    P is taken as it comes: that its rows sum to 1 is the caller's affair, and no part of dP.

    Source: −ln of the categorical probability Πpᵗ.
    """
    P0 = P + (T == 0)  # where t = 0 its term is 0: any positive number will do for p
    losses = -(T * np.log(P0)).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> tuple[np.ndarray, None]:
        dP = T / P0
        dP *= -_column(dlosses, P)
        return dP, None

    return losses, pullback


@checked
def cross_entropy_with_labels(P: Probabilities, y: Labels) -> tuple[PerSample, Pullback]:
    """ℓ = −ln p_y, of probabilities P and the class y, 0..C−1.

    dP = −dℓ/p_y in the label's column, else 0. At p_y = 0 the loss is ∞, as the formula has it.

    Source: ``cross_entropy`` with one-hot targets.
    """
    n = np.arange(len(P))
    p_y = P[n, y]
    losses = -np.log(p_y)

    def pullback(dlosses: np.ndarray) -> tuple[np.ndarray, None]:
        dP = np.zeros_like(P)
        dP[n, y] = -dlosses / p_y
        return dP, None

    return losses, pullback


@checked
def softmax_cross_entropy(Z: Logits, T: SoftLabels) -> tuple[PerSample, Pullback]:
    """ℓ = a·ln Σeᶻ − Σ t·z with a = Σt: the cross-entropy of p = softmax(z), without ln p.

    dZ = dℓ∘(a·P − T). The a is there because targets need not sum to 1; for those that do it is
    the well-known P − T.

    A logit of −∞ is a mask: where t = 0 it adds nothing, elsewhere ℓ is ∞.

    Source: systems with softmax outputs, δᵢ = pᵢ·Σⱼtⱼ − tᵢ.
    """
    P = Z - Z.max(axis=1, keepdims=True)
    a = T.sum(axis=1)
    masked = np.where(T == 0, 0, P)  # 0·(−∞) is 0 here
    losses = -(T * masked).sum(axis=1)
    np.exp(P, out=P)
    S = P.sum(axis=1)
    losses += a * np.log(S)

    def pullback(dlosses: np.ndarray) -> tuple[np.ndarray, None]:
        dZ = P * (a / S)[:, None]
        dZ -= T
        dZ *= _column(dlosses, Z)
        return dZ, None

    return losses, pullback


@checked
def softmax_cross_entropy_with_labels(Z: Logits, y: Labels) -> tuple[PerSample, Pullback]:
    """ℓ = ln Σeᶻ − z_y, the cross-entropy of p = softmax(z) with the class y, 0..C−1.

    dZ = dℓ∘(P − onehot(y)).

    A logit of −∞ is a mask; if it is the label's, ℓ is ∞.

    Source: ``softmax_cross_entropy`` with one-hot targets.
    """
    n = np.arange(len(Z))
    P = Z - np.maximum.reduce(Z, axis=1, keepdims=True)
    z_y = P[n, y]
    np.exp(P, out=P)
    S = np.add.reduce(P, axis=1)
    losses = np.log(S)
    losses -= z_y

    def pullback(dlosses: np.ndarray) -> tuple[np.ndarray, None]:
        dZ = P * (dlosses / S)[:, None]
        dZ[n, y] -= dlosses
        return dZ, None

    return losses, pullback


@checked
def l2_penalty(
    W: Float[np.ndarray, "D M"], strength: float = 1.0, bias_row: bool = False
) -> tuple[np.floating, Pullback]:
    """L = ½·λ·ΣW², which leaves biases alone: b is no argument of it.

    dW = λ·W·dL. With ``bias_row`` the first row of W is the bias (``affine_bias_column``): it adds
    nothing to L, and its gradient is 0.

    Source: Coursera ML, exercise 4, with λ for its λ/m.
    """
    decayed = W[1:] if bias_row else W
    L = W.dtype.type(strength / 2) * (decayed * decayed).sum()

    def pullback(dL: np.floating) -> tuple[np.ndarray]:
        dW = W * (strength * dL)
        if bias_row:
            dW[0] = 0
        return (dW,)

    return L, pullback


@checked
def reduce(losses: PerSample, reduction: Reduction = "mean") -> tuple[AnyShape, Pullback]:
    """L = (1/N)·Σℓₙ for "mean", Σℓₙ for "sum", the ℓₙ themselves for "none".

    dlosses = dL/N, dL or dLₙ, for each n; the first two as a view of the one number, not to be
    written to. N is the batch, not the number of entries. The mean of an empty batch is a
    ValueError, its sum 0.
    """
    N = len(losses)
    if reduction == "none":
        return losses.copy(), lambda dL: (dL.copy(),)
    if reduction == "mean" and N == 0:
        raise ValueError("reduce: the mean of an empty batch (N = 0) is undefined; sum is 0")
    L = losses.mean() if reduction == "mean" else losses.sum()

    def pullback(dL: np.floating) -> tuple[np.ndarray]:
        each = losses.dtype.type(dL / N if reduction == "mean" else dL)
        return (np.broadcast_to(each, N),)

    return L, pullback


@checked
def weighted_reduce(
    losses: PerSample, w: Weights, reduction: Reduction = "mean"
) -> tuple[AnyShape, Pullback]:
    """L = Σwℓ / Σw for "mean", Σwℓ for "sum", wₙℓₙ for "none", with one weight a sample.

    mean: dlosses = dL·w/Σw,  dw = dL·(ℓ − L)/Σw, for w is in numerator and denominator.
    sum and none: dlosses = dL·w,  dw = dL·ℓ.

    The mean divides by Σw as torch's ``cross_entropy(weight=)`` does, and not by N. Weights that
    sum to 0, an empty batch among them, have no mean: ValueError.
    """
    terms = w * losses
    if reduction == "mean":
        W = w.sum()
        if W == 0:
            raise ValueError("weighted_reduce: the weights w sum to 0, so their mean is undefined")
        L = terms.sum() / W
    else:
        W, L = 1, terms.sum() if reduction == "sum" else terms

    def pullback(dL: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        centre = L if reduction == "mean" else 0
        return w * (dL / W), (losses - centre) * (dL / W)

    return L, pullback


@checked
def class_weights(c: ClassWeights, y: Labels) -> tuple[PerSample, Pullback]:
    """w = c[y], the weight of each sample's class, for ``weighted_reduce``.

    dc[k] = Σ over the samples of class k of dw.
    """
    w = c[y]

    def pullback(dw: np.ndarray) -> tuple[np.ndarray, None]:
        return np.bincount(y, weights=dw, minlength=len(c)).astype(c.dtype, copy=False), None

    return w, pullback


def _per_sample(terms: np.ndarray) -> np.ndarray:
    """The sum over a sample's outputs, whatever their shape; a single output is its own sum."""
    return terms if terms.ndim == 1 else np.add.reduce(terms, axis=tuple(range(1, terms.ndim)))


def _column(dlosses: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """One number a sample, shaped to multiply all the outputs of its sample in Y."""
    return dlosses.reshape(-1, *(1,) * (Y.ndim - 1))
