"""Outputs and their losses: softmax under the cross-entropy, and a derivative taken twice.

"Backpropagation with softmax outputs and cross-entropy cost"; and the answer
δᴸ = (Aᴸ − Y)∘f'(Zᴸ), which is right for one loss and wrong for another.
"""

from typing import Any

import numpy as np
import torch.nn.functional as F

from examples import _torch
from examples._compare import apart
from examples._table import Row, show
from reference import (
    Layer,
    backpropagate,
    binary_cross_entropy,
    sigmoid,
    softmax,
    softmax_cross_entropy,
    squared_error,
)

OTHERS = "BP1 takes zᵢ to move aᵢ alone; a softmax moves all of them, and the others are lost"
NO_SUM = "a − y is for targets that sum to 1"


def softmax_outputs() -> list[Row]:
    """δ = a·Σy − y whatever y is; a − y for those that sum to 1."""
    random = np.random.default_rng(0)
    Z = random.normal(size=(4, 5))
    onehot = np.eye(5)[[0, 2, 4, 1]]
    Y = random.random((4, 5))  # rows do not sum to 1
    A, softmax_pullback = softmax(Z)
    dZ: Any = softmax_cross_entropy(Z, onehot)[1](np.full(4, 1 / 4))[0]
    dZ_soft: Any = softmax_cross_entropy(Z, Y)[1](np.full(4, 1 / 4))[0]
    _, (truth,) = _torch.gradients(lambda Z: F.cross_entropy(Z, _torch.tensor(onehot)), Z)
    _, (truth_soft,) = _torch.gradients(lambda Z: F.cross_entropy(Z, _torch.tensor(Y)), Z)
    rows: Any = [softmax_pullback(np.tile(row, (4, 1)))[0] for row in np.eye(5)]
    J, a = np.array(rows)[:, 0], A[0]
    bp1 = -onehot / A / 4 * A * (1 - A)  # ∂C/∂a∘∂a/∂z of the same unit
    shifted = softmax(Z + 1000.0)[0]
    return [
        Row("C, one-hot y", softmax_cross_entropy(Z, onehot)[0].mean(), "", _ce(Z, onehot)),
        Row("δᴸ − (aᴸ − y)/n, one-hot", apart(dZ, (A - onehot) / 4), "≤1e-15"),
        Row("  − torch", apart(dZ, truth), "≤1e-15"),
        Row("δᴸ − (a·Σy − y)/n, any y", apart(dZ_soft, (A * Y.sum(1)[:, None] - Y) / 4), "≤1e-15"),
        Row("  − torch", apart(dZ_soft, truth_soft), "≤1e-15"),
        Row("  (a − y)/n there, − torch", apart((A - Y) / 4, truth_soft), "≤1e-15", mistake=NO_SUM),
        Row("  BP1 by itself, −y(1 − a)/n: − torch", apart(bp1, truth), "≤1e-15", mistake=OTHERS),
        Row("∂a/∂z − (diag(a) − aaᵀ)", apart(J, np.diag(a) - np.outer(a, a)), "≤1e-15"),
        Row("  its largest sum of a row", np.abs(J.sum(axis=1)).max(), "≤1e-15"),
        Row("softmax(z + 1000) − softmax(z)", apart(shifted, A), "≤1e-12"),
    ]


def _ce(Z: np.ndarray, Y: np.ndarray) -> float:
    return _torch.gradients(lambda Z: F.cross_entropy(Z, _torch.tensor(Y)), Z)[0]


def factor_too_many() -> list[Row]:
    """δᴸ = (Aᴸ − Y)∘f'(Zᴸ), δⁱ = (δⁱ⁺¹Wᵀ)∘f'(Zⁱ): with ½Σ(A − Y)², and with the cross-entropy."""
    random = np.random.default_rng(3)
    X, Y = random.normal(size=(6, 3)), random.integers(0, 2, (6, 2)).astype(np.float64)
    layers = [
        Layer(random.normal(size=(3, 4)), None, sigmoid),
        Layer(random.normal(size=(4, 2)), None, sigmoid),
    ]
    square = backpropagate(X, Y, layers, squared_error, "sum")
    entropy = backpropagate(X, Y, layers, binary_cross_entropy, "sum")
    torch = _torch.step(X, Y, layers, binary_cross_entropy, "sum")
    A = square.A[1]
    delta = (A - Y) * A * (1 - A)
    ratio = delta / torch.dZ[1]
    return [
        Row("½Σ(A − Y)²: δᴸ − (A − Y)∘f'", apart(square.dZ[1], delta), "≤1e-15"),
        Row("cross-entropy: δᴸ − (A − Y)", apart(entropy.dZ[1], A - Y), "≤1e-15"),
        Row("  (A − Y)∘f' there / torch, − a(1 − a)", apart(ratio, A * (1 - A)), "≤1e-14"),
        Row(
            "  so that of the gradient is left, at most",
            ratio.max(),
            "1",
            mistake="f' twice: it was in A − Y already, and a(1 − a) makes it too small",
        ),
    ]


def run(quick: bool = False) -> list[Row]:
    return softmax_outputs() + factor_too_many()


if __name__ == "__main__":
    show("outputs", run())
