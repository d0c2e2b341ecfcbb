"""What mistakes cost: Joshi's cost matrices and confusion counts, and a rate that is a weight.

Kartik Joshi, "Backpropagation-in-python" (2017), on UCI's Dermatology data. Rows are true classes.
"""

from typing import Any

import numpy as np

from examples import _torch
from examples._table import Row, show
from reference import (
    Layer,
    backpropagate,
    forward_sweep,
    misclassification_costs,
    sigmoid,
    squared_error,
    total_cost,
)

SYMMETRIC = misclassification_costs(0.3 * np.abs(np.subtract.outer(np.arange(6), np.arange(6))))
ASYMMETRIC = misclassification_costs(
    [
        [0, 0.6, 0.3, 0.6, 0.9, 1.5],
        [0.3, 0, 0.9, 1.2, 1.5, 0.3],
        [0.5, 0.1, 0, 1.3, 0.7, 1.0],
        [0.3, 0.9, 1.1, 0, 1.4, 0.3],
        [1.5, 0.3, 0.7, 1.2, 0, 0.4],
        [0.5, 1.2, 0.4, 0.9, 0.4, 0],
    ]
)
MATRICES = {"symmetric": SYMMETRIC, "asymmetric": ASYMMETRIC}
# The mistakes of his first run, (true, predicted): how many.
SYMMETRIC_RUN = {(0, 1): 1, (0, 4): 2, (1, 4): 2, (2, 1): 1, (3, 0): 1, (3, 2): 1, (4, 0): 7}
ASYMMETRIC_RUN = {(0, 1): 2, (0, 4): 3, (2, 4): 2, (3, 0): 1, (3, 2): 3, (4, 0): 5}
NORMAL_RUN = {(0, 1): 1, (0, 4): 3, (1, 4): 2, (2, 1): 1, (3, 0): 1, (3, 2): 1, (4, 0): 7}


ONE = (
    "the three networks of his program are one and the same object, trained on and on, and its "
    "test set holds the training set; the costs follow from the printed counts alone"
)
SWAPPED = "rows of C are true classes here, and columns decisions"


def run(quick: bool = False) -> list[Row]:
    return published_runs() + joshi_rate()


def published_runs() -> list[Row]:
    """Confusion matrices of his first run: their costs and accuracies, of 358."""
    rows: list[Row] = []
    for name, mistakes, accuracy, figures in (
        ("trained by the symmetric costs", SYMMETRIC_RUN, "95.810", {"symmetric": "14.4"}),
        ("trained by the asymmetric costs", ASYMMETRIC_RUN, "95.531", {"asymmetric": "16.4"}),
        ("normal", NORMAL_RUN, "95.531", {"symmetric": "15.6", "asymmetric": "18.3"}),
    ):
        confusion = confusion_of(mistakes)
        percent = 100 * (358 - confusion.sum()) / 358
        rows.append(Row(f"{name}: accuracy, %", percent, accuracy, note="" if rows else ONE))
        for kind, figure in figures.items():
            rows.append(Row(f"  {kind} cost", total_cost(confusion, MATRICES[kind]), figure))
            if kind == "asymmetric":
                transposed = total_cost(confusion, MATRICES[kind].T.copy())
                rows.append(Row("    with C transposed", transposed, figure, mistake=SWAPPED))
    return rows


def confusion_of(mistakes: dict[tuple[int, int], int]) -> np.ndarray:
    confusion = np.zeros((6, 6), int)
    for place, count in mistakes.items():
        confusion[place] = count
    return confusion


def joshi_rate() -> list[Row]:
    """Rate ½ + 0.2·C[y, k] of a sample that was taken for k: a weight of its loss."""
    random = np.random.default_rng(0)
    X, y = random.normal(size=(8, 34)), random.integers(0, 6, 8)
    W1, W2 = random.normal(size=(34, 15)) / 6, random.normal(size=(15, 6)) / 4
    layers = [Layer(W1, None, sigmoid), Layer(W2, None, sigmoid)]
    k = forward_sweep(X, layers).A[-1].argmax(axis=1)
    weight = 1 + 0.2 / 0.5 * SYMMETRIC[y, k]
    T = np.eye(6)[y]

    def loss(A: np.ndarray, T: np.ndarray) -> Any:
        losses, pullback = squared_error(A, T)
        return weight * losses, lambda dlosses: pullback(weight * dlosses)

    mine = backpropagate(X, T, layers, loss, "sum").dW
    # The rule: each sample's own gradient, at its own rate.
    rates = 0.5 + 0.2 * SYMMETRIC[y, k]
    moved = sum(
        rate * backpropagate(X[[n]], T[[n]], layers, squared_error, "sum").dW[0]
        for n, rate in enumerate(rates)
    )

    def by_torch(W1: Any, W2: Any) -> Any:
        hidden = (_torch.tensor(X) @ W1).sigmoid()
        A = (hidden @ W2).sigmoid()
        return (_torch.tensor(weight)[:, None] * (A - _torch.tensor(T)) ** 2 / 2).sum()

    _, torch = _torch.gradients(by_torch, W1, W2)
    return [
        Row(
            "Joshi's rate is a weight: Σ rate·∂ − ½∂Σw·ℓ",
            np.abs(moved - mine[0] / 2).max(),
            "≤1e-14",
        ),
        Row(
            "  |∂Σw·ℓ/∂W|",
            [np.linalg.norm(W) for W in mine],
            "",
            [np.linalg.norm(W) for W in torch],
        ),
    ]


if __name__ == "__main__":
    show("joshi", run())
