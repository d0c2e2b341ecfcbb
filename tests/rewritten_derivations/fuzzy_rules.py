"""The correlated fuzzy layer, otherwise."""

import numpy as np

from ._register import Gradients, Result, otherwise


@otherwise("log_firing")
def log_firing_rule_by_rule(X: np.ndarray, M: np.ndarray, Gamma: np.ndarray) -> Result:
    """A loop over rules and samples, with vectors only."""
    S = np.empty_like(X, shape=(len(X), len(M)))
    for n, r in np.ndindex(S.shape):
        z = Gamma[r] @ (X[n] - M[r])
        S[n, r] = -0.5 * (z @ z)

    def pullback(dS: np.ndarray) -> Gradients:
        dX, dM, dGamma = np.zeros_like(X), np.zeros_like(M), np.zeros_like(Gamma)
        for n, r in np.ndindex(S.shape):
            z = Gamma[r] @ (X[n] - M[r])
            dM[r] += dS[n, r] * (Gamma[r].T @ z)
            dX[n] -= dS[n, r] * (Gamma[r].T @ z)
            dGamma[r] -= dS[n, r] * np.outer(z, X[n] - M[r])
        return dX, dM, dGamma

    return S, pullback


# Squared entries of ΓᵀΓ cancel where Γ nearly annihilates x − m.
@otherwise("log_firing", but=("saturated",))
def log_firing_by_precision(X: np.ndarray, M: np.ndarray, Gamma: np.ndarray) -> Result:
    """−½eᵀ(ΓᵀΓ)e with the precision matrix formed: d(ΓᵀΓ) = −½Σ ds·eeᵀ, dΓ = 2Γ·d(ΓᵀΓ)."""
    E = X[:, None] - M
    A = np.einsum("rli,rlj->rij", Gamma, Gamma)
    AE = np.einsum("rij,nrj->nri", A, E)

    def pullback(dS: np.ndarray) -> Gradients:
        dE = -dS[..., None] * AE
        dA = -0.5 * np.einsum("nr,nri,nrj->rij", dS, E, E)
        return dE.sum(axis=1), -dE.sum(axis=0), 2 * Gamma @ dA

    return -0.5 * np.einsum("nri,nri->nr", E, AE), pullback


@otherwise("fuzzy")
def fuzzy_by_log_sum_exp(
    X: np.ndarray, M: np.ndarray, Gamma: np.ndarray, W: np.ndarray, b: np.ndarray
) -> Result:
    """φ̄ = e^(s − ln Σeˢ), and the gradients as they are forced, index by index."""
    E = X[:, None] - M
    Z = np.einsum("rld,nrd->nrl", Gamma, E)
    S = -0.5 * (Z**2).sum(axis=2)
    shifted = S - S.max(axis=1, keepdims=True)
    P = np.exp(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
    F = X @ W + b
    y = np.einsum("nr,nr->n", P, F)

    def pullback(dy: np.ndarray) -> Gradients:
        dS = dy[:, None] * P * (F - y[:, None])
        dM = np.einsum("nr,rld,nrl->rd", dS, Gamma, Z)
        dGamma = -np.einsum("nr,nrl,nrd->rld", dS, Z, E)
        dX = np.einsum("n,nr,dr->nd", dy, P, W) - np.einsum("nr,rld,nrl->nd", dS, Gamma, Z)
        return dX, dM, dGamma, np.einsum("n,nr,nd->dr", dy, P, X), dy @ P

    return y, pullback
