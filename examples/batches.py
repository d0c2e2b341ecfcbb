"""Batches: a loss that broadcasts in silence, and the relu neuron.

"Batched backpropagation: connecting the code and the math" (modelpredict.com, 2020; beyond its
introduction from memory); T. Parr and J. Howard, "The Matrix Calculus You Need For Deep Learning",
arXiv:1802.01528.
"""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from examples import _torch
from examples._compare import apart
from examples._table import Row, show
from reference import affine, reduce, relu, squared_error


def broadcasting() -> list[Row]:
    """lin, relu and mse of one output: dY → dX = dY·wᵀ, dW = xᵀ·dY, db = Σ dY."""
    random, B = np.random.default_rng(4), 5
    X, w, b = random.normal(size=(B, 3)), random.normal(size=(3, 1)), random.normal(size=1)
    T = random.normal(size=(B, 1))
    Z, lin = affine(X, w, b)
    A, relu_pullback = relu(Z)
    losses, square = squared_error(A, T, half=False)
    L, mean = reduce(losses)
    dA: Any = square(mean(1.0)[0])[0]
    dX: Any
    dX, dw, db = lin(relu_pullback(dA)[0])

    def by_torch(X: Any, w: Any, b: Any) -> Any:
        return F.mse_loss((X @ w + b).relu(), _torch.tensor(T))

    loss, (tX, tw, tb) = _torch.gradients(by_torch, X, w, b)
    trap = A - T[:, 0]  # (B, 1) − (B,)
    wide, targets = random.normal(size=(B, 2)), random.normal(size=(B, 2))
    _, (of_all,) = _torch.gradients(lambda Y: F.mse_loss(Y, _torch.tensor(targets)), wide)
    return [
        Row("mse of a relu layer", L, "", loss),
        Row("  dA − 2(ŷ − y)/B", apart(dA, 2 * (A - T) / B), "≤1e-15"),
        Row("  dX", dX[0], "", tX[0]),
        Row("  dw", dw, "", tw),
        Row("  db", db, "", tb),
        Row(
            "(B, 1) − (B,) of B = 5: elements",
            trap.size,
            "5",
            mistake="broadcasting makes it B×B, without a word: squeeze first",
        ),
        Row("  its mean square", (trap**2).mean(), f"{L:.6f}", mistake="the loss of other pairs"),
        Row(
            "torch's mse of (N, K) − 2(y − t)/(N·K)", apart(of_all, (wide - targets) / B), "≤1e-15"
        ),
    ]


def neuron() -> list[Row]:
    """C = (1/N)Σ(y − max(0, w·x + b))²: ∂C/∂w = (2/N)Σ e·xᵀ over the active, e = w·x + b − y."""
    random, N = np.random.default_rng(2), 8
    X, w, b, y = (random.normal(size=shape) for shape in ((N, 3), (3, 1), 1, (N, 1)))
    Z, lin = affine(X, w, b)
    A, relu_pullback = relu(Z)
    losses, square = squared_error(A, y, half=False)
    C, mean = reduce(losses)
    gradients: Any = lin(relu_pullback(square(mean(1.0)[0])[0])[0])
    _, dw, db = gradients
    active = Z[:, 0] > 0
    e = (Z - y)[active]

    def by_torch(w: Any, b: Any) -> Any:
        return ((_torch.tensor(y) - (_torch.tensor(X) @ w + b).clamp(min=0)) ** 2).mean()

    cost, (tw, tb) = _torch.gradients(by_torch, w, b)
    kink = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    kink.relu().backward()
    assert kink.grad is not None
    return [
        Row("Parr and Howard: C", C, "", cost),
        Row("  active samples", int(active.sum())),
        Row("  (2/N)Σ e·xᵀ", 2 / N * e.T @ X[active], "", tw.T),
        Row("  (2/N)Σ e", 2 / N * e.sum(), "", tb),
        Row(
            "  − reference/",
            apart(2 / N * X[active].T @ e, dw) + abs(2 / N * e.sum() - db[0]),
            "≤1e-15",
        ),
        Row("  max(0, z)' at z = 0", relu(np.zeros(1))[1](np.ones(1))[0], "0", kink.grad.numpy()),
    ]


def run(quick: bool = False) -> list[Row]:
    return broadcasting() + neuron()


if __name__ == "__main__":
    show("batches", run())
