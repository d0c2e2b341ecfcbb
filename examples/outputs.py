"""Outputs and their losses: softmax under the cross-entropy, a missing term, a factor too many.

"Backpropagation with softmax outputs and cross-entropy cost"; Jasdeep Singh, "Further into
backpropagation" and "Towards backpropagation" (2017); the matrix gradient of logistic regression;
and the answer δᴸ = (Aᴸ − Y)∘f'(Zᴸ), which is right for one loss and wrong for another.
"""

from typing import Any

import numpy as np
import torch.nn.functional as F

from examples import _torch
from examples._table import Row, show
from reference import (
    Layer,
    backpropagate,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    sigmoid,
    softmax,
    softmax_cross_entropy,
    squared_error,
)


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
    shifted = softmax(Z + 1000.0)[0]
    return [
        Row("C, one-hot y", softmax_cross_entropy(Z, onehot)[0].mean(), "", _ce(Z, onehot)),
        Row("δᴸ − (aᴸ − y)/n, one-hot", apart(dZ, (A - onehot) / 4), "≤1e-15"),
        Row("  − torch", apart(dZ, truth), "≤1e-15"),
        Row("δᴸ − (a·Σy − y)/n, any y", apart(dZ_soft, (A * Y.sum(1)[:, None] - Y) / 4), "≤1e-15"),
        Row("  − torch", apart(dZ_soft, truth_soft), "≤1e-15"),
        Row("  a − y there, a mistake: − torch", apart((A - Y) / 4, truth_soft), "≥0.01"),
        Row("∂a/∂z − (diag(a) − aaᵀ)", apart(J, np.diag(a) - np.outer(a, a)), "≤1e-15"),
        Row("  its largest sum of a row", np.abs(J.sum(axis=1)).max(), "≤1e-15"),
        Row("softmax(z + 1000) − softmax(z)", apart(shifted, A), "≤1e-12"),
    ]


def _ce(Z: np.ndarray, Y: np.ndarray) -> float:
    return _torch.gradients(lambda Z: F.cross_entropy(Z, _torch.tensor(Y)), Z)[0]


def missing_term() -> list[Row]:
    """Singh: X = [2, 4, −2], one layer 3 → 2 without bias, logistic outputs, C = −Σ p·ln q."""
    X, p = np.array([[2.0, 4.0, -2.0]]), np.array([[1.0, 0.0]])
    W = np.random.default_rng(1).normal(size=(3, 2)) / 4
    layers = [Layer(W, None, sigmoid)]
    step = backpropagate(X, p, layers, cross_entropy, fused=False)
    whole = backpropagate(X, p, layers, binary_cross_entropy)
    _, (truth,) = _torch.gradients(
        lambda W: -(_torch.tensor(p) * (_torch.tensor(X) @ W).sigmoid().log()).sum(), W
    )
    q = step.A[0]
    # The product gate f = ab, a step of 0.01 up: a = −4, b = −3.
    a, b, h = -4.0, -3.0, 0.01
    together = (a + h * b) * (b + h * a)
    first = a + h * b
    return [
        Row("C without the (1 − p)ln(1 − q)", step.L, "", -np.log(q[0, 0])),
        Row("  ∂C/∂W, true class", step.dW[0][:, 0], "", truth[:, 0]),
        Row("  − (−(1 − q)x)", apart(step.dW[0][:, 0], -(1 - q[0, 0]) * X[0]), "≤1e-15"),
        Row("  wrong class: nothing is learnt", step.dW[0][:, 1], "0 0 0", truth[:, 1]),
        Row("  with it: (q − p)x, wrong class", whole.dW[0][:, 1], "", q[0, 1] * X[0]),
        Row(
            "product gate after a step",
            together,
            "12.252",
            within=5e-4,
            wrong="a was updated first, and b moved along the new a: a sequential update again",
        ),
        Row("  sequential", first * (b + h * first), "12.252", within=5e-4),
    ]


def logistic_regression() -> list[Row]:
    """∂J/∂w = (A − Y)ᵀX, a row, ∂J/∂b = (A − Y)ᵀ1: of the sum, as no 1/N is there."""
    random = np.random.default_rng(2)
    X, Y = random.normal(size=(7, 3)), random.integers(0, 2, (7, 1)).astype(np.float64)
    w, b = random.normal(size=(3, 1)), random.normal(size=1)
    step = backpropagate(X, Y, [Layer(w, b, sigmoid)], binary_cross_entropy, "sum")
    _, (dw, db) = _torch.gradients(
        lambda w, b: F.binary_cross_entropy_with_logits(
            _torch.tensor(X) @ w + b, _torch.tensor(Y), reduction="sum"
        ),
        w,
        b,
    )
    E = step.A[0] - Y
    return [
        Row("logistic regression: (A − Y)ᵀX", E.T @ X, "", dw.T),
        Row("  − reference/", apart(E.T @ X, step.dW[0].T), "≤1e-14"),
        Row("  (A − Y)ᵀ1", E.T @ np.ones((7, 1)), "", db),
        Row("  A of the logits − A", apart(*_two_sigmoids(X, Y, w, b)), "≤1e-15"),
    ]


def _two_sigmoids(X: Any, Y: Any, w: Any, b: Any) -> tuple[np.ndarray, np.ndarray]:
    Z = X @ w + b
    (dZ, _) = binary_cross_entropy_with_logits(Z, Y)[1](np.ones(len(X)))
    return dZ + Y, sigmoid(Z)[0]


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
        Row("  (A − Y)∘f' there / torch, a − a(1 − a)", apart(ratio, A * (1 - A)), "≤1e-14"),
        Row(
            "  part of the gradient left, at most",
            ratio.max(),
            "≤0.25",
            note="the double derivative: f' was already in A − Y, and a(1 − a) makes it too small",
        ),
    ]


def apart(mine: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(mine - other).max())


def run(quick: bool = False) -> list[Row]:
    return softmax_outputs() + missing_term() + logistic_regression() + factor_too_many()


if __name__ == "__main__":
    show("outputs", run())
