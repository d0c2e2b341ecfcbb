"""A learning rate that is a weight: Joshi's rule, and what his code makes of it.

Kartik Joshi, "Backpropagation-in-python" (2017): where class i was taken for j, the rate of this
sample is ½ + c·C[i, j], c = 0.2. So his README. His code

- raises it only where the cost is 1 or more, and by a tenth of the cost;
- looks up C[j, i] as it trains, and C[i, j] as it counts the cost;
- has a matrix of ones for its network "without costs": that one has the rate 0.6 at each mistake.
"""

from typing import Any

import numpy as np

from examples import _torch
from examples._table import Row, show
from examples.joshi import ASYMMETRIC, SYMMETRIC
from reference import Layer, backpropagate, forward_sweep, sigmoid, squared_error


def rate(costs: np.ndarray) -> np.ndarray:
    return 0.5 + 0.2 * costs


def rate_of_the_code(costs: np.ndarray) -> np.ndarray:
    return 0.5 + np.where(costs >= 1, 0.1 * costs, 0)


def run(quick: bool = False) -> list[Row]:
    example = SYMMETRIC[1, [0, 4, 5]]
    due = "0.5 0.56 0.62 0.68 0.74 0.8"
    return [
        Row("1 taken for 0, 4, 5: costs, times c", example, "0.3 0.9 1.2"),
        Row("  rates", rate(example), "0.56 0.68 0.74"),
        Row("all rates of the symmetric costs", rate(SYMMETRIC[0]), due),
        Row("  of the code", rate_of_the_code(SYMMETRIC[0]), due, mistake=RARE),
        Row(
            '  a mistake in "no costs"',
            rate_of_the_code(np.ones(1)),
            "0.50",
            mistake=PLAIN,
        ),
        Row(
            "C[5, 1] for C[1, 5], asymmetric",
            ASYMMETRIC[5, 1],
            f"{ASYMMETRIC[1, 5]}",
            mistake=SWAPPED,
        ),
        *a_weight(),
    ]


def a_weight() -> list[Row]:
    """A rate of its own for each sample that was taken for k is a weight of its loss."""
    random = np.random.default_rng(0)
    X, y = random.normal(size=(8, 34)), random.integers(0, 6, 8)
    W1, W2 = random.normal(size=(34, 15)) / 6, random.normal(size=(15, 6)) / 4
    layers = [Layer(W1, None, sigmoid), Layer(W2, None, sigmoid)]
    k = forward_sweep(X, layers).A[-1].argmax(axis=1)
    weight = rate(SYMMETRIC[y, k]) / 0.5
    T = np.eye(6)[y]

    def loss(A: np.ndarray, T: np.ndarray) -> Any:
        losses, pullback = squared_error(A, T)
        return weight * losses, lambda dlosses: pullback(weight * dlosses)

    mine = backpropagate(X, T, layers, loss, "sum").dW
    # The rule: each sample's own gradient, at its own rate.
    moved = sum(
        eta * backpropagate(X[[n]], T[[n]], layers, squared_error, "sum").dW[0]
        for n, eta in enumerate(rate(SYMMETRIC[y, k]))
    )

    def by_torch(W1: Any, W2: Any) -> Any:
        hidden = (_torch.tensor(X) @ W1).sigmoid()
        A = (hidden @ W2).sigmoid()
        return (_torch.tensor(weight)[:, None] * (A - _torch.tensor(T)) ** 2 / 2).sum()

    _, torch = _torch.gradients(by_torch, W1, W2)
    return [
        Row(
            "a rate is a weight: Σ rate·∂ − ½∂Σw·ℓ",
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


RARE = "only the costs of 1.2 and 1.5 count, and half of what they should: 0.5, 0.62 and 0.65"
PLAIN = "plain backpropagation has one rate, whatever the answer"
SWAPPED = "his training has the true class second; of the symmetric costs this cannot be seen"

if __name__ == "__main__":
    show("joshi_rate", run())
