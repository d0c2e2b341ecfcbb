"""One gradient by recursion and by one explicit product, of any depth; a forgotten ½.

S. Raja, "A Derivation of Backpropagation in Matrix Form" (2016); N. Mishachev, arXiv:1707.02746 (by
its abstract). No bias; the program bias_row has one.
"""

import itertools
from typing import Any

import numpy as np
import torch

from examples import _torch
from examples._compare import relatively_apart
from examples._table import Row, show
from reference import (
    Layer,
    backpropagate,
    backward_sweep,
    forward_sweep,
    squared_error,
    tanh,
    weight_gradient,
)


def net(widths: list[int], seed: int = 0, bias_row: bool = False, f: Any = tanh) -> list[Layer]:
    random = np.random.default_rng(seed)
    return [
        Layer(random.normal(size=(D + bias_row, M)), None, f, bias_row)
        for D, M in itertools.pairwise(widths)
    ]


def raja() -> list[Row]:
    """W1 5×n, W2 3×5, W3 2×3, no bias, one sample: δ_L = (x_L − t)∘f', E = ½‖x_L − t‖²."""
    layers, random = net([4, 5, 3, 2]), np.random.default_rng(1)
    x, t = random.normal(size=(1, 4)), random.normal(size=(1, 2))
    step = backpropagate(x, t, layers, squared_error, "sum")
    torch_step = _torch.step(x, t, layers, squared_error, "sum")

    def without_half(A: np.ndarray, T: np.ndarray) -> Any:
        return squared_error(A, T, half=False)

    printed = backpropagate(x, t, layers, without_half, "sum")
    ratio = [(P / G).mean() for P, G in zip(printed.dW, step.dW)]
    return [
        Row("Raja: sizes of W1, W2, W3", [n for W in step.dW for n in W.T.shape], "5 4 3 5 2 3"),
        Row("  ∂E/∂W3", step.dW[2].T, "", torch_step.dW[2].T),
        Row(
            "  gradient of the E of his summary / his gradient",
            ratio,
            "1 1 1",
            mistake="the summary prints E = ‖x_L − t‖² without the ½ that its δ_L is for: factor 2",
        ),
    ]


def mishachev() -> list[Row]:
    """∇W_k = D_k·W_{k+1}ᵀ·D_{k+1} ⋯ W_Kᵀ·D_K·v · x_{k−1}ᵀ against the recursion, 1 to 5 layers."""
    rows = []
    for depth in range(1, 6):
        layers, random = net([3, 4, 2, 5, 3, 2][: depth + 1]), np.random.default_rng(depth)
        X, dA = random.normal(size=(6, 3)), random.normal(size=(6, layers[-1].W.shape[1]))
        swept = backward_sweep(X, layers, forward_sweep(X, layers), dA=dA)
        explicit = [weight_gradient(X, layers, k, dA)[0] for k in range(depth)]
        _, truth = by_torch(X, layers, dA)
        rows.append(
            Row(
                f"Mishachev, {depth} layer{'s' * (depth > 1)}: product − recursion, − torch",
                [
                    max(relatively_apart(E, G) for E, G in zip(explicit, swept.dW)),
                    max(relatively_apart(E, G) for E, G in zip(explicit, truth)),
                ],
                "≤1e-13 ≤1e-13",
            )
        )
    return rows


def by_torch(
    X: np.ndarray, layers: list[Layer], dA: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """dX and every dW of Σ dA∘A."""

    def paired(A: Any, *weights: Any) -> Any:
        for W in weights:
            A = torch.tanh(A @ W)
        return (A * torch.tensor(dA)).sum()

    _, (dX, *dW) = _torch.gradients(paired, X, *(layer.W for layer in layers))
    return dX, dW


def run(quick: bool = False) -> list[Row]:
    return raja() + mishachev()


if __name__ == "__main__":
    show("matrix_form", run())
