"""Logistic outputs: a loss without its second term, the product gate, logistic regression.

Jasdeep Singh, "Further into backpropagation" and "Towards backpropagation" (2017); the matrix
gradient of logistic regression.
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
    binary_cross_entropy_with_logits,
    cross_entropy,
    sigmoid,
)

RANDOM = (
    "its losses, 7.87 and after some steps 7.63, are those of random weights: not to be had again"
)


def missing_term() -> list[Row]:
    """Singh: X = [2, 4, −2], one layer 3 → 2 without bias, logistic outputs, C = −Σ p·ln q."""
    X, p = np.array([[2.0, 4.0, -2.0]]), np.array([[1.0, 0.0]])
    W = np.random.default_rng(1).normal(size=(3, 2)) / 4
    layers = [Layer(W, None, sigmoid)]
    step = backpropagate(X, p, layers, cross_entropy, fused=False)
    whole = backpropagate(X, p, layers, binary_cross_entropy)
    by_torch = _torch.step(X, p, layers, binary_cross_entropy)
    C, (truth,) = _torch.gradients(
        lambda W: -(_torch.tensor(p) * (_torch.tensor(X) @ W).sigmoid().log()).sum(), W
    )
    q = step.A[0]
    # The product gate f = ab, a step of 0.01 up: a = −4, b = −3.
    a, b, h = -4.0, -3.0, 0.01
    together = (a + h * b) * (b + h * a)
    _, (da, db) = _torch.gradients(lambda a, b: a * b, np.array(a), np.array(b))
    first = a + h * b
    return [
        Row("C without the (1 − p)ln(1 − q)", step.L, "", C, note=RANDOM),
        Row("  ∂C/∂W, true class", step.dW[0][:, 0], "", truth[:, 0]),
        Row("  − (−(1 − q)x)", apart(step.dW[0][:, 0], -(1 - q[0, 0]) * X[0]), "≤1e-15"),
        Row("  wrong class: nothing is learnt", step.dW[0][:, 1], "0 0 0", truth[:, 1]),
        Row("  with it: (q − p)x, wrong class", whole.dW[0][:, 1], "", by_torch.dW[0][:, 1]),
        Row(
            "product gate after a step",
            together,
            "12.252",
            (a + h * da) * (b + h * db),
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


def run(quick: bool = False) -> list[Row]:
    return missing_term() + logistic_regression()


if __name__ == "__main__":
    show("logistic", run())
