"""The correlated fuzzy layer: rules that see the input each in its own rotated, stretched axes.

Rule r holds where x is near its centre m_r, its nearness being measured by a matrix Γ_r of its own:
with z = Γ_r(x − m_r), it fires at

    φ_r = e^(−½‖z‖²)        φ̄_r = φ_r / Σφ        y = Σ φ̄_r·f_r,    f_r = x·w_r + b_r

A diagonal Γ is the usual rule with a width for each input; a full one lets inputs be correlated,
for φ is a Gaussian of covariance (ΓᵀΓ)⁻¹. Only ΓᵀΓ matters: for any rotation Q, QΓ fires alike, so
that the gradient of Γ is at right angles to all rotations, ⟨dΓ_r, SΓ_r⟩ = 0 for skew S.

Far from all rules every φ underflows, and φ/Σφ is 0/0. So φ is never formed: the rules hand on
their logarithms, and φ̄ is the softmax of those, where the nearest rule is worth 1 at any distance.

Source: Salimi-Badr and Ebadzadeh, arXiv:2012.01935 (2020), for correlated rules and their Γ. (There
the rules are trained otherwise; the gradients are those of the equations above.)
"""

import numpy as np
from jaxtyping import Float

from reference._expect import checked
from reference.activations import softmax
from reference.affine import affine
from reference.types import PerSample, Pullback


@checked
def log_firing(
    X: Float[np.ndarray, "N D"],
    M: Float[np.ndarray, "R D"],
    Gamma: Float[np.ndarray, "R L D"],
) -> tuple[Float[np.ndarray, "N R"], Pullback]:
    """S = ln φ = −½‖z‖², z = Γ_r(x − m_r), for each sample and rule.

    dz = −ds·z,  dGamma_r = Σₙ dz·(x − m_r)ᵀ,  dX = Σ_r Γ_rᵀdz,  dM_r = −Σₙ Γ_rᵀdz.

    Of φ itself: ∂φ/∂γ_lm = −φ·z_l·(x_m − m_m) and ∂φ/∂m = φ·Γᵀz. Γ need not be square: with fewer
    rows than inputs, it does not see the others.

    Source: arXiv:2012.01935; the element in row l and column m of Γ_r is γ_{l,m,r}.
    """
    E = X - M[:, None]  # (R, N, D): rules first, so that each is one matrix product
    Z = E @ Gamma.swapaxes(1, 2)
    S = np.einsum("rnl,rnl->nr", Z, Z)
    S *= -0.5

    def pullback(dS: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        dZ = Z * -dS.T[:, :, None]
        dE = dZ @ Gamma
        dX = dE.sum(axis=0)
        dM = -dE.sum(axis=1)
        dGamma = dZ.swapaxes(1, 2) @ E
        return dX, dM, dGamma

    return S, pullback


@checked
def fuzzy(
    X: Float[np.ndarray, "N D"],
    M: Float[np.ndarray, "R D"],
    Gamma: Float[np.ndarray, "R L D"],
    W: Float[np.ndarray, "D R"],
    b: Float[np.ndarray, "R"],
) -> tuple[PerSample, Pullback]:
    """y = Σ φ̄_r·f_r, with φ̄ = softmax(ln φ) over the rules, and F = XW + b.

    dF = φ̄·dy and ds_r = dy·φ̄_r(f_r − y): a rule should fire more if it says more than the others.
    From there dX (by two ways), dM and dGamma are those of ``log_firing``, dX, dW and db those of
    ``affine``.

    Source: Takagi and Sugeno (1985) for the consequents f; arXiv:2012.01935.
    """
    S, firing_pullback = log_firing(X, M, Gamma)
    P, softmax_pullback = softmax(S)
    F, affine_pullback = affine(X, W, b)
    y = (P * F).sum(axis=1)

    def pullback(dy: np.ndarray) -> tuple[np.ndarray | None, ...]:
        (dS,) = softmax_pullback((F - y[:, None]) * dy[:, None])  # − y changes nothing: Σ φ̄ is 1
        by_firing, dM, dGamma = firing_pullback(dS)
        by_F, dW, db = affine_pullback(P * dy[:, None])
        dX = np.add(by_firing, by_F)  # type: ignore[arg-type]
        return dX, dM, dGamma, dW, db

    return y, pullback
