"""The correlated fuzzy layer, wrong in several classes: A, B, J, L and M."""

import numpy as np

from ._register import Gradients, Result, wrong

Three = tuple[np.ndarray, np.ndarray, np.ndarray]


def _nearness(X: np.ndarray, M: np.ndarray, Gamma: np.ndarray) -> Three:
    """x − m, z and ln φ, all right."""
    E = X[:, None] - M
    Z = np.einsum("rld,nrd->nrl", Gamma, E)
    return E, Z, -(Z**2).sum(axis=2) / 2


def _softmax(S: np.ndarray) -> np.ndarray:
    E = np.exp(S - S.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def _back(dS: np.ndarray, E: np.ndarray, Z: np.ndarray, Gamma: np.ndarray) -> Three:
    """The gradients of X, M and Gamma, all right."""
    dZ = -dS[..., None] * Z
    dE = np.einsum("rld,nrl->nrd", Gamma, dZ)
    return dE.sum(axis=1), -dE.sum(axis=0), np.einsum("nrl,nrd->rld", dZ, E)


@wrong("log_firing", "L", "M")
def log_firing_centre_pulled_the_wrong_way(
    X: np.ndarray, M: np.ndarray, Gamma: np.ndarray
) -> Result:
    """The sign of −m is lost: centres flee from what they should move to."""
    E, Z, S = _nearness(X, M, Gamma)

    def pullback(dS: np.ndarray) -> Gradients:
        dX, dM, dGamma = _back(dS, E, Z, Gamma)
        return dX, -dM, dGamma

    return S, pullback


@wrong("log_firing", "J", "Gamma")
def log_firing_half_forgotten(X: np.ndarray, M: np.ndarray, Gamma: np.ndarray) -> Result:
    """The 2 of the square without the ½ in front of it."""
    E, Z, S = _nearness(X, M, Gamma)

    def pullback(dS: np.ndarray) -> Gradients:
        dX, dM, dGamma = _back(dS, E, Z, Gamma)
        return dX, dM, 2 * dGamma

    return S, pullback


@wrong("log_firing", "A", "X", "M")
def log_firing_not_back_through_gamma(X: np.ndarray, M: np.ndarray, Gamma: np.ndarray) -> Result:
    """φ's gradient taken for that of one axis of a plain Gaussian: x − m, without ΓᵀΓ."""
    E, Z, S = _nearness(X, M, Gamma)

    def pullback(dS: np.ndarray) -> Gradients:
        dE = -dS[..., None] * E
        return dE.sum(axis=1), -dE.sum(axis=0), _back(dS, E, Z, Gamma)[2]

    return S, pullback


@wrong("log_firing", "A", "Gamma")
def log_firing_of_firing(X: np.ndarray, M: np.ndarray, Gamma: np.ndarray) -> Result:
    """∂φ/∂Γ, with its factor φ, where ∂ln φ/∂Γ is due."""
    E, Z, S = _nearness(X, M, Gamma)

    def pullback(dS: np.ndarray) -> Gradients:
        dX, dM, _ = _back(dS, E, Z, Gamma)
        return dX, dM, _back(dS * np.exp(S), E, Z, Gamma)[2]

    return S, pullback


@wrong("fuzzy", "A", "X", "M", "Gamma")
def fuzzy_normaliser_is_constant(
    X: np.ndarray, M: np.ndarray, Gamma: np.ndarray, W: np.ndarray, b: np.ndarray
) -> Result:
    """φ̄·f and not φ̄·(f − y): Σφ taken for a constant."""
    E, Z, S = _nearness(X, M, Gamma)
    P, F = _softmax(S), X @ W + b

    def pullback(dy: np.ndarray) -> Gradients:
        dX, dM, dGamma = _back(dy[:, None] * P * F, E, Z, Gamma)
        dF = dy[:, None] * P
        return dX + dF @ W.T, dM, dGamma, X.T @ dF, dF.sum(axis=0)

    return (P * F).sum(axis=1), pullback


@wrong("fuzzy", "B", "X")
def fuzzy_consequents_ignore_the_input(
    X: np.ndarray, M: np.ndarray, Gamma: np.ndarray, W: np.ndarray, b: np.ndarray
) -> Result:
    """x goes in twice, into the rules and into what they say: the second way is left out."""
    E, Z, S = _nearness(X, M, Gamma)
    P, F = _softmax(S), X @ W + b
    y = (P * F).sum(axis=1)

    def pullback(dy: np.ndarray) -> Gradients:
        dX, dM, dGamma = _back(dy[:, None] * P * (F - y[:, None]), E, Z, Gamma)
        dF = dy[:, None] * P
        return dX, dM, dGamma, X.T @ dF, dF.sum(axis=0)

    return y, pullback


@wrong("fuzzy", "A", "W", "b")
def fuzzy_consequents_not_weighted(
    X: np.ndarray, M: np.ndarray, Gamma: np.ndarray, W: np.ndarray, b: np.ndarray
) -> Result:
    """φ in the place of φ̄ in the gradients of the consequents."""
    E, Z, S = _nearness(X, M, Gamma)
    P, F = _softmax(S), X @ W + b
    y = (P * F).sum(axis=1)

    def pullback(dy: np.ndarray) -> Gradients:
        dX, dM, dGamma = _back(dy[:, None] * P * (F - y[:, None]), E, Z, Gamma)
        dF = dy[:, None] * np.exp(S)
        return dX + (dy[:, None] * P) @ W.T, dM, dGamma, X.T @ dF, dF.sum(axis=0)

    return y, pullback


@wrong("fuzzy", "M", "value", "X", "M", "Gamma", "W", "b", regimes=("saturated",))
def fuzzy_firing_formed(
    X: np.ndarray, M: np.ndarray, Gamma: np.ndarray, W: np.ndarray, b: np.ndarray
) -> Result:
    """φ/Σφ as it is written: 0/0 far from all rules."""
    E, Z, S = _nearness(X, M, Gamma)
    phi = np.exp(S)
    P, F = phi / phi.sum(axis=1, keepdims=True), X @ W + b
    y = (P * F).sum(axis=1)

    def pullback(dy: np.ndarray) -> Gradients:
        dX, dM, dGamma = _back(dy[:, None] * P * (F - y[:, None]), E, Z, Gamma)
        dF = dy[:, None] * P
        return dX + dF @ W.T, dM, dGamma, X.T @ dF, dF.sum(axis=0)

    return y, pullback
