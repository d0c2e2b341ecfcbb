"""The correlated fuzzy layer: the gradient of its Γ, a rotation nobody sees, and a regression.

Salimi-Badr and Ebadzadeh, arXiv:2012.01935 (2020); its rules are trained by backpropagation here.
At the point worked out by hand, x − m = (1, −1) and Γ has the rows (1, 1) and (0, 1): z = (0, −1).
"""

import functools

import numpy as np
import torch

from examples._table import Row, show
from oracle.twins import fuzzy as twins
from reference import fuzzy, log_firing, reduce, rprop_state, rprop_step, squared_error

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


def ridge(X: np.ndarray) -> np.ndarray:
    """Across both axes, on a slope: no width along x₁ or x₂ describes it."""
    return np.exp(-4 * (X[:, 0] - X[:, 1]) ** 2) + X[:, 0] / 2


def data() -> tuple[np.ndarray, np.ndarray]:
    X = np.random.default_rng(0).uniform(-2, 2, (200, 2))
    return X, ridge(X)


def rotations() -> list[Row]:
    X, T = data()
    M, Gamma, W, b = first_layer()
    random = np.random.default_rng(2)
    W, b = random.normal(size=W.shape), random.normal(size=b.shape)
    Q, _ = np.linalg.qr(random.normal(size=Gamma.shape))
    A = random.normal(size=Gamma.shape)
    y, pullback = fuzzy(X, M, Gamma, W, b)
    dGamma = np.asarray(pullback(y - T)[2])
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


@functools.cache
def train(epochs: int, correlated: bool = True) -> tuple[np.ndarray, float, Layer]:
    """RProp: the error before each epoch, how far torch's is away after 20, and the layer."""
    X, T = data()
    layer = list(first_layer())
    states = [rprop_state(p, 0.01) for p in layer]
    theirs = [torch.tensor(p, requires_grad=True) for p in layer]
    optimizer = torch.optim.Rprop(theirs, lr=0.01)
    errors, apart = np.empty(epochs), 0.0
    for epoch in range(epochs):
        y, pullback = fuzzy(X, *layer)
        losses, loss_pullback = squared_error(y, T)
        L, mean_pullback = reduce(losses)
        errors[epoch] = np.sqrt(2 * L)
        (dlosses,) = mean_pullback(1.0)
        dy, _ = loss_pullback(dlosses)
        gradients = [np.asarray(g) for g in pullback(dy)[1:]]
        if not correlated:
            gradients[1] = gradients[1] * np.eye(2)  # each rule keeps to the axes of x
        for k, gradient in enumerate(gradients):
            layer[k], states[k] = rprop_step(layer[k], gradient, states[k])
        if correlated and epoch < 20:
            optimizer.zero_grad()
            error = torch.square(twins.fuzzy(torch.tensor(X), *theirs) - torch.tensor(T))
            (error.mean() / 2).backward()
            optimizer.step()
            apart = max(
                np.abs(t.detach().numpy() - p).max() for t, p in zip(theirs, layer, strict=True)
            )
    return errors, float(apart), tuple(layer)


def run(quick: bool = False) -> list[Row]:
    epochs = 250 if quick else 400
    full, apart, _ = train(epochs)
    along_axes, *_ = train(epochs, correlated=False)
    return [
        *by_hand(),
        *rotations(),
        *far_away(),
        Row("ridge, 200 points: spread of the targets", np.std(data()[1])),
        Row(f"  {RULES} rules, {epochs} epochs of RProp: error", full[-1], "≤0.1"),
        Row("  the same with diagonal Γ", along_axes[-1]),
        Row("  so many times as much", along_axes[-1] / full[-1], "≥3"),
        Row("  20 epochs: weights − torch.optim.Rprop", apart, "≤1e-9"),
    ]


if __name__ == "__main__":
    show("fuzzy", run())
