"""softmax and log-softmax, otherwise."""

import numpy as np

from ._register import LARGE, SATURATED, Gradients, Result, otherwise


@otherwise("softmax")
def softmax_full_jacobian(Z: np.ndarray, axis: int = -1) -> Result:
    """diag(p) − ppᵀ formed for every row, and applied by einsum."""
    rows = np.moveaxis(Z, axis, -1)
    E = np.exp(rows - rows.max(axis=-1, keepdims=True))
    P = E / E.sum(axis=-1, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        unit = np.eye(P.shape[-1], dtype=P.dtype)
        J = np.einsum("...i,ij->...ij", P, unit) - np.einsum("...i,...j->...ij", P, P)
        dZ = np.einsum("...ij,...i->...j", J, np.moveaxis(dP, axis, -1))
        return (np.moveaxis(dZ, -1, axis),)

    return np.moveaxis(P, -1, axis), pullback


@otherwise("softmax")
def softmax_row_by_row(Z: np.ndarray, axis: int = -1) -> Result:
    """A loop over the rows with a Jacobian for each."""
    P = np.empty_like(Z)
    rows, probabilities = np.moveaxis(Z, axis, -1), np.moveaxis(P, axis, -1)
    for place in np.ndindex(rows.shape[:-1]):
        e = np.exp(rows[place] - rows[place].max())
        probabilities[place] = e / e.sum()

    def pullback(dP: np.ndarray) -> Gradients:
        dZ = np.empty_like(P)
        g, out = np.moveaxis(dP, axis, -1), np.moveaxis(dZ, axis, -1)
        for place in np.ndindex(rows.shape[:-1]):
            p = probabilities[place]
            out[place] = (np.diag(p) - np.outer(p, p)) @ g[place]
        return (dZ,)

    return P, pullback


@otherwise("softmax")
def softmax_by_log_softmax(Z: np.ndarray, axis: int = -1) -> Result:
    """exp(log-softmax), back through the two in turn."""
    A = Z - Z.max(axis=axis, keepdims=True)
    P = np.exp(A - np.logaddexp.reduce(A, axis=axis, keepdims=True))

    def pullback(dP: np.ndarray) -> Gradients:
        dA = dP * P
        return (dA - P * np.sum(dA, axis=axis, keepdims=True),)

    return P, pullback


@otherwise("softmax")
def softmax_centred_upstream(Z: np.ndarray, axis: int = -1) -> Result:
    """P∘(dP − its mean under P)."""
    E = np.exp(Z - np.amax(Z, axis=axis, keepdims=True))
    P = E / np.sum(E, axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        mean = np.sum(P * dP, axis=axis, keepdims=True)
        return (P * (dP - mean),)

    return P, pullback


# Nothing is subtracted from the logits: e^1000 is ∞.
@otherwise("softmax", but=(LARGE, SATURATED))
def softmax_quotient_rule(Z: np.ndarray, axis: int = -1) -> Result:
    """eᶻ/S with S = Σeᶻ, each differentiated: dS = −Σ dP∘E/S², dE = dP/S + dS."""
    E = np.exp(Z)
    S = E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        dS = -(dP * E).sum(axis=axis, keepdims=True) / S**2
        return ((dP / S + dS) * E,)

    return E / S, pullback


# The mean can lie 700 and more below the largest logit, and e^700 overflows.
@otherwise("softmax", but=(LARGE, SATURATED))
def softmax_shifted_by_mean(Z: np.ndarray, axis: int = -1) -> Result:
    """The mean subtracted, which changes nothing either."""
    E = np.exp(Z - Z.mean(axis=axis, keepdims=True))
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        s = np.einsum("...c,...c->...", np.moveaxis(dP, axis, -1), np.moveaxis(P, axis, -1))
        return (dP * P - np.expand_dims(s, axis) * P,)

    return P, pullback


@otherwise("softmax")
def softmax_pairwise_differences(Z: np.ndarray, axis: int = -1) -> Result:
    """pᵢ Σⱼ pⱼ(dpᵢ − dpⱼ): every pair of classes, which needs Σp = 1."""
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        p, g = np.moveaxis(P, axis, -1), np.moveaxis(dP, axis, -1)
        pairs = g[..., :, None] - g[..., None, :]
        return (np.moveaxis(p * (pairs * p[..., None, :]).sum(axis=-1), -1, axis),)

    return P, pullback


@otherwise("log_softmax")
def log_softmax_full_jacobian(Z: np.ndarray, axis: int = -1) -> Result:
    """I − 1pᵀ formed for every row."""
    rows = np.moveaxis(Z, axis, -1)
    shifted = rows - rows.max(axis=-1, keepdims=True)
    A = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))

    def pullback(dA: np.ndarray) -> Gradients:
        J = np.eye(A.shape[-1], dtype=A.dtype) - np.exp(A)[..., None, :]  # ∂aᵢ/∂zⱼ
        dZ = np.einsum("...ij,...i->...j", J, np.moveaxis(dA, axis, -1))
        return (np.moveaxis(dZ, -1, axis),)

    return np.moveaxis(A, -1, axis), pullback


# z − ln Σeᶻ, both large and nearly equal, leaves few digits of an a near 0.
@otherwise("log_softmax", but=(LARGE, SATURATED))
def log_softmax_by_logaddexp(Z: np.ndarray, axis: int = -1) -> Result:
    """The logarithm of the sum, two at a time."""
    A = Z - np.logaddexp.reduce(Z, axis=axis, keepdims=True)

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA - np.exp(A) * np.sum(dA, axis=axis, keepdims=True),)

    return A, pullback


@otherwise("log_softmax")
def log_softmax_row_by_row(Z: np.ndarray, axis: int = -1) -> Result:
    """A loop over the rows, and within them over the upstream's entries."""
    A = np.empty_like(Z)
    rows, values = np.moveaxis(Z, axis, -1), np.moveaxis(A, axis, -1)
    for place in np.ndindex(rows.shape[:-1]):
        z = rows[place] - np.max(rows[place])
        values[place] = z - np.log(np.sum(np.exp(z)))

    def pullback(dA: np.ndarray) -> Gradients:
        dZ = np.array(dA)
        g, out = np.moveaxis(dA, axis, -1), np.moveaxis(dZ, axis, -1)
        for place in np.ndindex(rows.shape[:-1]):
            p = np.exp(values[place])
            for i in range(len(p)):
                out[place] -= p * g[place][i]
        return (dZ,)

    return A, pullback


# A p that rounds to 0 has the logarithm −∞, and near 1 a tiny ln p is lost.
@otherwise("log_softmax", but=(LARGE, SATURATED))
def log_softmax_of_softmax(Z: np.ndarray, axis: int = -1) -> Result:
    """ln(softmax), back through the two in turn: dP = dA/P, dZ = P∘(dP − Σ dP∘P)."""
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dA: np.ndarray) -> Gradients:
        dP = dA / P
        return (P * (dP - (dP * P).sum(axis=axis, keepdims=True)),)

    return np.log(P), pullback
