"""The correlated fuzzy layer: the gradient of its Γ, a rotation nobody sees, and log-sum-exp.

Salimi-Badr and Ebadzadeh, arXiv:2012.01935 (2020); the program ridge trains its rules. The layer is
put together from the paper's abstract, not copied from its equations; and the paper trains φ and
what is before it towards values of their own, without going back through the output error.
At the point worked out by hand, x − m = (1, −1) and Γ has the rows (1, 1) and (0, 1): z = (0, −1).
"""

import numpy as np
import torch

from examples import _torch
from examples._compare import apart
from examples._table import Row, show
from oracle.truth.twins import fuzzy as twins
from reference import fuzzy, log_firing

X1, M1 = np.array([[2.0, 1.0]]), np.array([[1.0, 2.0]])
GAMMA1 = np.array([[[1.0, 1.0], [0.0, 1.0]]])
RULES = 3

Layer = tuple[np.ndarray, ...]  # M, Γ, W, b


def by_hand() -> list[Row]:
    S, pullback = log_firing(X1, M1, GAMMA1)
    phi = np.exp(S)
    _, dM, dGamma = pullback(phi)  # dφ = φ·d ln φ
    tensors = [torch.tensor(a, requires_grad=True) for a in (X1, M1, GAMMA1)]
    value = torch.exp(twins.log_firing(*tensors))
    _, of_M, of_Gamma = torch.autograd.grad(value, tensors, torch.ones(1, 1).double())
    return [
        Row("φ = e^−½", phi, "0.6065307", value.detach()),
        Row("∂φ/∂γ = −φ·z·(x − m)ᵀ", dGamma, "0 0 0.6065307 -0.6065307", of_Gamma),
        Row("∂φ/∂m = φ·Γᵀz", dM, "0 -0.6065307", of_M),
    ]


def first_layer(rules: int = RULES) -> Layer:
    random = np.random.default_rng(1)
    M = random.uniform(-1, 1, (rules, 2))
    return M, np.tile(np.eye(2), (rules, 1, 1)), np.zeros((2, rules)), np.zeros(rules)


def through_the_mean() -> list[Row]:
    """y = Σφf/Σφ, f = x·w + b: ∂y/∂φ = (f − y)/Σφ, ∂y/∂b = φ̄, ∂y/∂w = φ̄·x."""
    M, Gamma, W, b = first_layer()
    random = np.random.default_rng(3)
    X, W, b = (
        random.uniform(-1, 1, (1, 2)),
        random.normal(size=W.shape),
        random.normal(size=b.shape),
    )
    S, of_S = log_firing(X, M, Gamma)
    phi, f = np.exp(S[0]), (X @ W + b)[0]
    y, pullback = fuzzy(X, M, Gamma, W, b)
    _, dM, _, dW, db = (np.asarray(gradient) for gradient in pullback(np.ones(1)))
    dphi = (f - y) / phi.sum()
    by_torch = _torch.gradients(lambda phi: (phi * torch.tensor(f)).sum() / phi.sum(), phi)
    return [
        Row("y", y, "", by_torch[0]),
        Row("∂y/∂φ = (f − y)/Σφ", dphi, "", by_torch[1][0]),
        Row(
            "  and on to m: − reference/",
            apart(np.asarray(of_S((dphi * phi)[None])[1]), dM),
            "≤1e-15",
        ),
        Row("∂y/∂b − φ̄", apart(db, phi / phi.sum()), "≤1e-15"),
        Row("∂y/∂w − φ̄·x", apart(dW, np.outer(X, phi / phi.sum())), "≤1e-15"),
    ]


def rotations() -> list[Row]:
    M, Gamma, W, b = first_layer()
    random = np.random.default_rng(2)
    X, dy = random.uniform(-2, 2, size=(200, 2)), random.normal(size=200)
    W, b = random.normal(size=W.shape), random.normal(size=b.shape)
    Q, _ = np.linalg.qr(random.normal(size=Gamma.shape))
    A = random.normal(size=Gamma.shape)
    y, pullback = fuzzy(X, M, Gamma, W, b)
    dGamma = np.asarray(pullback(dy)[2])
    along = (dGamma * ((A - A.swapaxes(1, 2)) @ Gamma)).sum(axis=(1, 2))
    off = np.abs(fuzzy(X, M, Q @ Gamma, W, b)[0] - y).max()
    return [
        Row("QΓ for Γ: y changes by", off, "≤1e-13"),
        Row("⟨dΓ, SΓ⟩ for skew S, of ‖dΓ‖", np.abs(along).max() / np.abs(dGamma).max(), "≤1e-13"),
    ]


def far_away() -> list[Row]:
    X = np.full((1, 2), 10000.0)
    M, Gamma, W, _ = first_layer()
    b = np.arange(1.0, 1 + RULES)
    S, _ = log_firing(X, M, Gamma)
    y, pullback = fuzzy(X, M, Gamma, W, b)
    tensors = [torch.tensor(a, requires_grad=True) for a in (X, M, Gamma, W, b)]
    value = twins.fuzzy(*tensors)
    db = np.asarray(pullback(np.ones(1))[4])
    (of_b,) = torch.autograd.grad(value.sum(), tensors[-1:])
    return [
        Row("at x = (10⁴, 10⁴): Σφ", np.exp(S).sum(), "0", note="so that φ/Σφ would be 0/0"),
        Row("  y = Σφ̄f by log-sum-exp: the nearest", y, f"{1 + S.argmax()}", value.detach()),
        Row("  ∂y/∂b = φ̄", db, "", of_b),
    ]


def run(quick: bool = False) -> list[Row]:
    return by_hand() + through_the_mean() + rotations() + far_away()


if __name__ == "__main__":
    show("fuzzy", run())
