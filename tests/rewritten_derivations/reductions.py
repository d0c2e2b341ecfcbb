"""The penalty, the reductions and the weights, otherwise."""

import numpy as np

from ._register import Gradients, Result, otherwise


@otherwise("l2_penalty")
def l2_penalty_masked(W: np.ndarray, strength: float = 1.0, bias_row: bool = False) -> Result:
    """½λ·ΣM∘W² with a mask M of zeros and ones."""
    M = np.ones_like(W)
    M[: int(bias_row)] = 0

    def pullback(dL: np.floating) -> Gradients:
        return (dL * (strength * (M * W)),)

    return 0.5 * strength * np.einsum("dm,dm,dm->", M, W, W), pullback


@otherwise("l2_penalty")
def l2_penalty_trace(W: np.ndarray, strength: float = 1.0, bias_row: bool = False) -> Result:
    """½λ·tr(VᵀV), with the bias row put back as zeros."""
    V = W[bias_row:]

    def pullback(dL: np.floating) -> Gradients:
        zeros = np.zeros_like(W[: len(W) - len(V)])
        return (np.concatenate([zeros, dL * strength * V]),)

    return np.trace(V.T @ V) * W.dtype.type(strength) / 2, pullback


@otherwise("l2_penalty")
def l2_penalty_row_by_row(W: np.ndarray, strength: float = 1.0, bias_row: bool = False) -> Result:
    """A loop over the rows that decay; the ½ is met by the 2 of the square."""
    start = 1 if bias_row else 0
    L = W.dtype.type(0)
    for w in W[start:]:
        L += np.vdot(w, w) / 2 * strength

    def pullback(dL: np.floating) -> Gradients:
        dW = np.zeros_like(W)
        for d in range(start, len(W)):
            dW[d] = 2 * W[d] * (dL * strength / 2)
        return (dW,)

    return L, pullback


@otherwise("reduce")
def reduce_by_weights(losses: np.ndarray, reduction: str = "mean") -> Result:
    """Mean and sum as a product with a vector of 1/N or of ones, which is the gradient too."""
    if reduction == "none":
        return 1 * losses, lambda dL: (1 * dL,)
    ones = np.ones_like(losses)
    v = ones / len(losses) if reduction == "mean" else ones

    def pullback(dL: np.floating) -> Gradients:
        return (v * dL,)

    return np.dot(v, losses), pullback


@otherwise("reduce")
def reduce_one_by_one(losses: np.ndarray, reduction: str = "mean") -> Result:
    """The losses added one after the other, from the last."""
    if reduction == "none":
        return np.array(losses), lambda dL: (np.array(dL),)
    total = losses.dtype.type(0)
    for loss in losses[::-1]:
        total = total + loss
    N = losses.size if reduction == "mean" else 1

    def pullback(dL: np.floating) -> Gradients:
        return (np.repeat(dL / N, losses.size).astype(losses.dtype),)

    return total / N, pullback


@otherwise("weighted_reduce")
def weighted_reduce_normalised_weights(
    losses: np.ndarray, w: np.ndarray, reduction: str = "mean"
) -> Result:
    """Weights v = w/Σw first; back through v: dv = dL·ℓ, dw = (dv − Σ dv∘v)/Σw."""
    if reduction == "none":
        return losses * w, lambda dL: (w * dL, losses * dL)
    if reduction == "sum":
        return np.dot(w, losses), lambda dL: (w * dL, losses * dL)
    total = np.sum(w)
    if total == 0:
        raise ValueError("the weights sum to 0")
    v = w / total

    def pullback(dL: np.floating) -> Gradients:
        dv = dL * losses
        return dL * v, (dv - np.dot(dv, v)) / total

    return np.dot(v, losses), pullback


@otherwise("weighted_reduce")
def weighted_reduce_quotient_rule(
    losses: np.ndarray, w: np.ndarray, reduction: str = "mean"
) -> Result:
    """(ℓ·Σw − Σwℓ)/(Σw)², the quotient rule before it is simplified."""
    terms = losses * w
    if reduction != "mean":
        value = terms.copy() if reduction == "none" else terms.sum()
        return value, lambda dL: (dL * w, dL * losses)
    top, bottom = terms.sum(), w.sum()
    if bottom == 0:
        raise ValueError("the weights sum to 0")

    def pullback(dL: np.floating) -> Gradients:
        return dL * w / bottom, dL * (losses * bottom - top) / bottom**2

    return top / bottom, pullback


@otherwise("class_weights")
def class_weights_one_hot(c: np.ndarray, y: np.ndarray) -> Result:
    """One-hot rows times c, and back their transpose times dw."""
    H = np.equal.outer(y, np.arange(len(c))).astype(c.dtype)

    def pullback(dw: np.ndarray) -> Gradients:
        return H.T @ dw, None

    return H @ c, pullback


@otherwise("class_weights")
def class_weights_class_by_class(c: np.ndarray, y: np.ndarray) -> Result:
    """A loop over the classes, summing where the label is theirs."""
    w = np.empty_like(c, shape=len(y))
    for k in range(len(c)):
        w[y == k] = c[k]

    def pullback(dw: np.ndarray) -> Gradients:
        dc = np.empty_like(c)
        for k in range(len(c)):
            dc[k] = np.sum(dw, where=y == k)
        return dc, None

    return w, pullback


@otherwise("class_weights")
def class_weights_add_at(c: np.ndarray, y: np.ndarray) -> Result:
    """The unbuffered scatter."""

    def pullback(dw: np.ndarray) -> Gradients:
        dc = np.zeros_like(c)
        np.add.at(dc, y, dw)
        return dc, None

    return np.take(c, y), pullback
