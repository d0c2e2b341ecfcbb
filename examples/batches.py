"""Batches: six lines for one hidden layer, a loss that broadcasts in silence, and the relu neuron.

A. Ng's deep learning course, the L-layer formulas, samples as columns; "Batched backpropagation:
connecting the code and the math" (modelpredict.com, 2020; beyond its introduction from memory);
T. Parr and J. Howard, "The Matrix Calculus You Need For Deep Learning", arXiv:1802.01528.
"""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from examples import _torch
from examples._table import Row, show
from reference import (
    affine,
    affine_columns,
    binary_cross_entropy,
    reduce,
    relu,
    sigmoid,
    squared_error,
    tanh,
)


def six_lines() -> list[Row]:
    """dZ2 dW2 db2 dZ1 dW1 db1, samples as columns, mean cross-entropy, tanh then sigmoid."""
    random, m = np.random.default_rng(0), 6
    X, Y = random.normal(size=(3, m)), random.integers(0, 2, (1, m)).astype(np.float64)
    W1, b1 = random.normal(size=(4, 3)), random.normal(size=(4, 1))
    W2, b2 = random.normal(size=(1, 4)), random.normal(size=(1, 1))
    # reference/, step after step
    Z1, affine1 = affine_columns(X, W1, b1)
    A1, tanh1 = tanh(Z1)
    Z2, affine2 = affine_columns(A1, W2, b2)
    A2, sigmoid2 = sigmoid(Z2)
    losses, entropy = binary_cross_entropy(A2.T.copy(), Y.T.copy())
    L, mean = reduce(losses)
    dP: Any = entropy(mean(1.0)[0])[0]
    dA2 = dP.T
    (D2,) = sigmoid2(dA2)
    dA1, gW2, gb2 = affine2(D2)
    (D1,) = tanh1(dA1)
    _, gW1, gb1 = affine1(D1)
    stepwise: Any = (D2, gW2, gb2, D1, gW1, gb1)
    # the six lines: dZ is a sample's own, the 1/m is in dW and db
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = dZ2.sum(axis=1, keepdims=True) / m
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    dW1 = dZ1 @ X.T / m
    db1 = dZ1.sum(axis=1, keepdims=True) / m

    def by_torch(W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
        P = (W2 @ (W1 @ _torch.tensor(X) + b1).tanh() + b2).sigmoid()
        return F.binary_cross_entropy(P, _torch.tensor(Y))

    loss, (tW1, tb1, tW2, tb2) = _torch.gradients(by_torch, W1, b1, W2, b2)
    return [
        Row("cost of the batch", L, "", loss),
        Row("dW2 of the six lines", dW2, "", tW2),
        Row("db2", db2, "", tb2),
        Row("dW1", dW1, "", tW1),
        Row("db1", db1, "", tb1),
        Row(
            "six lines − reference/, all",
            max(
                apart(six, ref)
                for six, ref in zip((dZ2 / m, dW2, db2, dZ1 / m, dW1, db1), stepwise)
            ),
            "≤1e-15",
            note="dZ is without the 1/m that dW has: m times the gradient of the mean",
        ),
        Row("shape of db1", db1.shape, "4 1"),
        Row(
            "dA of −(Y/A − (1 − Y)/(1 − A)), over m",
            (-(Y / A2 - (1 - Y) / (1 - A2)) / m)[0, 0],
            "",
            dA2[0, 0],
        ),
        Row(
            "  with its sign turned, as one summary has it",
            (Y / A2 - (1 - Y) / (1 - A2))[0, 0] / m / dA2[0, 0],
            "1",
            wrong="every gradient is turned, and the cost goes up",
        ),
    ]


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
            wrong="broadcasting makes it B×B, without a word: squeeze first",
        ),
        Row("  its mean square, the wrong loss", (trap**2).mean()),
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


def apart(mine: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(mine - other).max())


def run(quick: bool = False) -> list[Row]:
    return six_lines() + broadcasting() + neuron()


if __name__ == "__main__":
    show("batches", run())
