"""The losses, otherwise. Targets are data, so their place among the gradients holds None."""

import numpy as np

from ._register import LARGE, SATURATED, TINY, Gradients, Result, otherwise


@otherwise("squared_error")
def squared_error_einsum(Y: np.ndarray, T: np.ndarray, half: bool = True) -> Result:
    """eᵀe for every sample, flattened."""
    E = (Y - T).reshape(len(Y), int(np.prod(Y.shape[1:])))
    factor = 0.5 if half else 1.0

    def pullback(dlosses: np.ndarray) -> Gradients:
        return np.einsum("n,nm->nm", 2 * factor * dlosses, E).reshape(Y.shape), None

    return factor * np.einsum("nm,nm->n", E, E), pullback


@otherwise("squared_error")
def squared_error_sample_by_sample(Y: np.ndarray, T: np.ndarray, half: bool = True) -> Result:
    """A loop over the samples; the gradient as (Y − T) − (T − Y), the two factors of the square."""
    losses = np.empty_like(Y, shape=len(Y))
    for n in range(len(Y)):
        losses[n] = np.sum((T[n] - Y[n]) ** 2)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dY = np.empty_like(Y)
        for n in range(len(Y)):
            dY[n] = dlosses[n] * ((Y[n] - T[n]) - (T[n] - Y[n]))
        return dY / (2 if half else 1), None

    return losses / (2 if half else 1), pullback


@otherwise("squared_error")
def squared_error_by_norm(Y: np.ndarray, T: np.ndarray, half: bool = True) -> Result:
    """The squared length of each sample's difference; the factor last."""
    axes = tuple(range(1, Y.ndim))
    E = T - Y
    losses = np.abs(E) if Y.ndim == 1 else np.sqrt(np.square(E).sum(axis=axes))

    def pullback(dlosses: np.ndarray) -> Gradients:
        dY = -2 * E.T * dlosses  # with the samples as the last axis, dℓ needs no reshaping
        return (dY / 2 if half else dY).T, None

    return losses**2 / (2 if half else 1), pullback


# ln(1 − p) rounds off a p near 0.
@otherwise("binary_cross_entropy", but=(TINY, LARGE, SATURATED))
def bce_textbook(P: np.ndarray, T: np.ndarray) -> Result:
    """t·ln p + (1 − t)·ln(1 − p), and back −t/p + (1 − t)/(1 − p)."""
    axes = tuple(range(1, P.ndim))
    losses = np.sum(-T * np.log(P) - (1 - T) * np.log(1 - P), axis=axes)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dP = -T / P + (1 - T) / (1 - P)
        return dP * np.expand_dims(dlosses, axes), None

    return losses, pullback


@otherwise("binary_cross_entropy")
def bce_common_denominator(P: np.ndarray, T: np.ndarray) -> Result:
    """(p − t)/(p(1 − p))."""
    axes = tuple(range(1, P.ndim))
    losses = -(T * np.log(P) + (1 - T) * np.log1p(-P)).sum(axis=axes)

    def pullback(dlosses: np.ndarray) -> Gradients:
        return np.expand_dims(dlosses, axes) * (P - T) / (P * (1 - P)), None

    return losses, pullback


@otherwise("binary_cross_entropy")
def bce_entry_by_entry(P: np.ndarray, T: np.ndarray) -> Result:
    """A loop over the entries, the losses added up as they come."""
    losses = np.zeros_like(P, shape=len(P))
    for place in np.ndindex(P.shape):
        p, t = P[place], T[place]
        losses[place[0]] -= t * np.log(p) + (1 - t) * np.log1p(-p)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dP = np.empty_like(P)
        for place in np.ndindex(P.shape):
            p, t = P[place], T[place]
            dP[place] = dlosses[place[0]] * ((1 - t) / (1 - p) - t / p)
        return dP, None

    return losses, pullback


@otherwise("binary_cross_entropy_with_logits")
def logits_stable_textbook(Z: np.ndarray, T: np.ndarray) -> Result:
    """max(z, 0) − zt + ln(1 + e^−|z|), and back σ(z) − t."""
    axes = tuple(range(1, Z.ndim))
    losses = (np.maximum(Z, 0) - Z * T + np.log1p(np.exp(-np.abs(Z)))).sum(axis=axes)

    def pullback(dlosses: np.ndarray) -> Gradients:
        P = np.where(Z > 0, 1, np.exp(-np.abs(Z))) / (1 + np.exp(-np.abs(Z)))
        return np.expand_dims(dlosses, axes) * (P - T), None

    return losses, pullback


# With t far outside 0..1 the two terms are large and nearly cancel.
@otherwise("binary_cross_entropy_with_logits", but=(LARGE, SATURATED))
def logits_two_softpluses(Z: np.ndarray, T: np.ndarray) -> Result:
    """t·softplus(−z) + (1 − t)·softplus(z), the gradient of each by itself."""
    axes = tuple(range(1, Z.ndim))
    losses = (T * np.logaddexp(0, -Z) + (1 - T) * np.logaddexp(0, Z)).sum(axis=axes)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dl = np.expand_dims(dlosses, axes)
        P, Q = np.exp(-np.logaddexp(0, -Z)), np.exp(-np.logaddexp(0, Z))  # σ(z), σ(−z)
        return dl * (1 - T) * P - dl * T * Q, None

    return losses, pullback


# p rounds to 1 and 1 − p to 0 from z = 37 on.
@otherwise("binary_cross_entropy_with_logits", but=(LARGE, SATURATED))
def logits_through_sigmoid(Z: np.ndarray, T: np.ndarray) -> Result:
    """The sigmoid, the loss of its probabilities, and the chain rule through both."""
    axes = tuple(range(1, Z.ndim))
    P = 1 / (1 + np.exp(-Z))
    losses = -(T * np.log(P) + (1 - T) * np.log(1 - P)).sum(axis=axes)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dP = np.expand_dims(dlosses, axes) * (-T / P + (1 - T) / (1 - P))
        return dP * P * (1 - P), None

    return losses, pullback


@otherwise("cross_entropy")
def cross_entropy_einsum(P: np.ndarray, T: np.ndarray) -> Result:
    """−Σ t·ln p by its indices."""

    def pullback(dlosses: np.ndarray) -> Gradients:
        return -np.einsum("n,nc,nc->nc", dlosses, T, 1 / P), None

    return -np.einsum("nc,nc->n", T, np.log(P)), pullback


@otherwise("cross_entropy")
def cross_entropy_log_of_product(P: np.ndarray, T: np.ndarray) -> Result:
    """Class by class; the upstream divided by p before it meets t."""
    losses = np.zeros_like(P, shape=len(P))
    for c in reversed(range(P.shape[1])):
        losses += T[:, c] * np.log(1 / P[:, c])

    def pullback(dlosses: np.ndarray) -> Gradients:
        return (np.negative(dlosses) / P.T * T.T).T, None

    return losses, pullback


# z − ln Σeᶻ, both large and nearly equal, leaves few digits of an a near 0.
@otherwise("softmax_cross_entropy", but=(LARGE, SATURATED))
def softmax_cross_entropy_by_logaddexp(Z: np.ndarray, T: np.ndarray) -> Result:
    """Σ t·(ln Σeᶻ − z): the logarithm in every term, so that no Σt appears going forward."""
    S = np.logaddexp.reduce(Z, axis=1, keepdims=True) - Z  # −ln p

    def pullback(dlosses: np.ndarray) -> Gradients:
        G = T * dlosses[:, None]
        return np.exp(-S) * G.sum(axis=1, keepdims=True) - G, None

    return (T * S).sum(axis=1), pullback


# Through 1/p, which is ∞ where p rounds to 0.
@otherwise("softmax_cross_entropy", but=(LARGE, SATURATED))
def softmax_cross_entropy_through_softmax(Z: np.ndarray, T: np.ndarray) -> Result:
    """The softmax, the loss of its probabilities, and the chain rule with the full Jacobian."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    losses = -(T * np.log(P)).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dP = -dlosses[:, None] * T / P
        unit = np.eye(P.shape[1], dtype=P.dtype)
        J = P[:, :, None] * (unit - P[:, None, :])  # ∂pᵢ/∂zⱼ
        return np.einsum("ni,nij->nj", dP, J), None

    return losses, pullback


@otherwise("softmax_cross_entropy")
def softmax_cross_entropy_mixture_of_labels(Z: np.ndarray, T: np.ndarray) -> Result:
    """The t-weighted sum of the losses of the C hard labels, each with its P − onehot."""
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = np.zeros_like(Z)
        for c in range(Z.shape[1]):
            each = np.exp(A)
            each[:, c] -= 1
            dZ += (dlosses * T[:, c])[:, None] * each
        return dZ, None

    return sum((-T[:, c] * A[:, c] for c in range(Z.shape[1])), 0 * Z[:, 0]), pullback


@otherwise("softmax_cross_entropy_with_labels")
def labels_one_hot(Z: np.ndarray, y: np.ndarray) -> Result:
    """P − onehot(y), with the one-hot rows written out."""
    T = np.eye(Z.shape[1], dtype=Z.dtype)[y]
    shifted = Z - Z.max(axis=1, keepdims=True)
    A = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    def pullback(dlosses: np.ndarray) -> Gradients:
        return dlosses[:, None] * (np.exp(A) - T), None

    return -(T * A).sum(axis=1), pullback


# ln Σeᶻ − z_y, both large and nearly equal, leaves few digits of a small loss.
@otherwise("softmax_cross_entropy_with_labels", but=(LARGE, SATURATED))
def labels_along_axis(Z: np.ndarray, y: np.ndarray) -> Result:
    """take_along_axis and put_along_axis, and the logarithm two at a time."""
    index = y[:, None].astype(np.intp)
    total = np.logaddexp.reduce(Z, axis=1, keepdims=True)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = np.exp(Z - total)
        np.put_along_axis(dZ, index, np.take_along_axis(dZ, index, axis=1) - 1, axis=1)
        return dZ * dlosses[:, None], None

    return (total - np.take_along_axis(Z, index, axis=1))[:, 0], pullback


@otherwise("softmax_cross_entropy_with_labels")
def labels_sample_by_sample(Z: np.ndarray, y: np.ndarray) -> Result:
    """A loop over the samples."""
    losses, P = np.empty_like(Z, shape=len(Z)), np.empty_like(Z)
    for n, k in enumerate(y):
        e = np.exp(Z[n] - np.max(Z[n]))
        P[n] = e / np.sum(e)
        losses[n] = np.log(np.sum(e)) + (np.max(Z[n]) - Z[n, k])

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = np.array(P)
        for n, k in enumerate(y):
            dZ[n, k] -= 1
            dZ[n] *= dlosses[n]
        return dZ, None

    return losses, pullback


# The margin to a better class can exceed 709, and its exponential overflows.
@otherwise("softmax_cross_entropy_with_labels", but=(SATURATED, LARGE))
def labels_centred_on_the_label(Z: np.ndarray, y: np.ndarray) -> Result:
    """ln Σ e^(z − z_y): centred on the true class rather than on the largest."""
    n = np.arange(len(Z))
    E = np.exp(Z - Z[n, y][:, None])
    S = E.sum(axis=1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dD = E / S[:, None] * dlosses[:, None]
        dZ = dD.copy()
        dZ[n, y] -= dD.sum(axis=1)  # z_y stands in every difference
        return dZ, None

    return np.log(S), pullback


@otherwise("softmax_cross_entropy_with_labels")
def labels_true_class_from_the_rest(Z: np.ndarray, y: np.ndarray) -> Result:
    """At the true class −Σ of the other p: no 1 is subtracted, so nothing cancels."""
    n = np.arange(len(Z))
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = np.exp(A)
        dZ[n, y] = 0
        dZ[n, y] = -dZ.sum(axis=1)
        return dZ * dlosses[:, None], None

    return -A[n, y], pullback
