"""What mistakes cost: Joshi's matrices and confusion counts, Kukar and Kononenko's cost vectors.

Kartik Joshi, "Backpropagation-in-python" (2017), on UCI's Dermatology data; M. Kukar and
I. Kononenko, "Cost-sensitive learning with neural networks" (ECAI 1998). Rows are true classes.
The program dermatology trains with them.
"""

from typing import Any

import numpy as np

from examples import _torch
from examples._table import Row, show
from reference import (
    Layer,
    backpropagate,
    cost_vector,
    forward_sweep,
    misclassification_costs,
    rate_factors,
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
COUNTS = np.array([112, 61, 72, 49, 52, 20.0])  # of all 366; without an age missing:
COUNTS_358 = np.array([111, 60, 71, 48, 48, 20.0])
# The mistakes of his first run, (true, predicted): how many.
SYMMETRIC_RUN = {(0, 1): 1, (0, 4): 2, (1, 4): 2, (2, 1): 1, (3, 0): 1, (3, 2): 1, (4, 0): 7}
ASYMMETRIC_RUN = {(0, 1): 2, (0, 4): 3, (2, 4): 2, (3, 0): 1, (3, 2): 3, (4, 0): 5}
NORMAL_RUN = {(0, 1): 1, (0, 4): 3, (1, 4): 2, (2, 1): 1, (3, 0): 1, (3, 2): 1, (4, 0): 7}


def run(quick: bool = False) -> list[Row]:
    return published_runs() + cost_vectors() + joshi_rate()


def published_runs() -> list[Row]:
    """Confusion matrices of his first run: their costs and accuracies, of 358."""
    rows = []
    for name, mistakes, accuracy, figures in (
        ("trained by the symmetric costs", SYMMETRIC_RUN, "95.810", {"symmetric": "14.4"}),
        ("trained by the asymmetric costs", ASYMMETRIC_RUN, "95.531", {"asymmetric": "16.4"}),
        ("normal", NORMAL_RUN, "95.531", {"symmetric": "15.6", "asymmetric": "18.3"}),
    ):
        confusion = confusion_of(mistakes)
        percent = 100 * (358 - confusion.sum()) / 358
        rows.append(Row(f"{name}: accuracy, %", percent, accuracy))
        for kind, figure in figures.items():
            rows.append(Row(f"  {kind} cost", total_cost(confusion, MATRICES[kind]), figure))
            if kind == "asymmetric":
                transposed = total_cost(confusion, MATRICES[kind].T.copy())
                rows.append(Row("    with C transposed, a mistake", transposed))
    rows[0] = Row(
        rows[0].what,
        rows[0].ours,
        rows[0].published,
        note="the three networks of his program are one and the same object, trained on and on, "
        "and its test set holds the training set; the costs follow from the printed counts alone",
    )
    return rows


def confusion_of(mistakes: dict[tuple[int, int], int]) -> np.ndarray:
    confusion = np.zeros((6, 6), int)
    for place, count in mistakes.items():
        confusion[place] = count
    return confusion


def cost_vectors() -> list[Row]:
    """E[i], what a mistake on class i costs on the average, and the rates of the third way."""
    rows = []
    for kind, C in MATRICES.items():
        E = cost_vector(C, COUNTS)
        rows += [
            Row(f"E, {kind}", E),
            Row("  rate factors", rate_factors(E)[:, 0]),
            Row("  E of the 358", cost_vector(C, COUNTS_358)),
        ]
    same = misclassification_costs(1 - np.eye(6))
    return [*rows, Row("E where all mistakes cost 1", cost_vector(same, COUNTS), "1 1 1 1 1 1")]


def joshi_rate() -> list[Row]:
    """Rate ½ + 0.2·C[y, k] of a sample that was taken for k: a weight of its loss."""
    random = np.random.default_rng(0)
    X, y = random.normal(size=(8, 34)), random.integers(0, 6, 8)
    layers = [
        Layer(random.normal(size=(34, 15)) / 6, None, sigmoid),
        Layer(random.normal(size=(15, 6)) / 4, None, sigmoid),
    ]
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
    W1, W2 = (layer.W for layer in layers)

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
    show("costs", run())
