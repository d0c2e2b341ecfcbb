"""A network that does not learn, repaired step by step, with what the oracle says of each step.

"Back propagation on matrix of weights" (Data Science Stack Exchange): 2-5-5-1, logistic units,
binary cross-entropy, samples as columns, here on XOR. ``_broken_network`` has its code.
"""

import functools
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from examples import _broken_network as theirs
from examples import _torch
from examples._oracle import says
from examples._table import Row, show
from examples._training import descend
from reference import Layer, backpropagate, binary_cross_entropy, sigmoid

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])
VANISHING = "right, and vanishing: all weights positive, all units nearly the same"
BLIND = "the reason why it has not learnt; the gradients are right, no check of them can see it"
CLAMPS = "torch clamps: the gradient is 0 where the sigmoid is rounded to 1"


def first_layers(kind: str, seed: int) -> list[Layer]:
    """His ``rand`` is U[0, 1), weights and biases; ``randn`` is normal."""
    draw, widths = getattr(np.random.RandomState(seed), kind), ((2, 5), (5, 5), (5, 1))
    return [Layer(draw(M, D).T.copy(), draw(M, 1)[:, 0].copy(), sigmoid) for D, M in widths]


def run(quick: bool = False) -> list[Row]:
    # The prose has samples as rows, the code as columns: 1×2 into W1 5×2 does not go.
    elements = [(labels - np.zeros((1, 4))).size for labels in (Y[:, 0], Y)]
    orientation = [
        Row("6  columns of W1, rows of a sample as in the prose", [2, len(X[:1])], "2 1"),
        Row("   labels (m,), (m, 1) − (1, m): elements", elements, "4 16"),
    ]
    return gradients(quick) + learning(quick) + saturation(quick) + orientation


def gradients(quick: bool) -> list[Row]:
    layers = first_layers("rand", 0)
    columns = [a for W, b, *_ in layers for a in (W.T, np.asarray(b)[:, None])]
    step = backpropagate(X, Y, layers, binary_cross_entropy)
    truth = _torch.step(X, Y, layers, binary_cross_entropy)

    def ratios(of: Any) -> list[float]:
        found = of(X.T, Y.T, *columns)[1]
        return [(found[f"W{k}"].T / dW).mean() for k, dW in enumerate(truth.dW, 1)]

    norms = [[np.linalg.norm(G) for G in dW] for dW in (step.dW, truth.dW)]
    b1, db1 = columns[1], theirs.as_pasted(X.T, Y.T, *columns)[1]["b1"]
    try:
        b1 -= db1
    except ValueError as error:
        raises = f"bias -= Db raises ValueError: {error}"
    return [
        Row("1  as pasted: db1 is 5×m, b1 5×1", db1.shape, "5 4", note=raises),
        *([] if quick else [says(theirs.as_pasted)]),  # two mistakes in db: a long search
        Row("2  biases summed: dW / torch", ratios(theirs.with_biases_summed), "4 4 4"),
        says(theirs.with_biases_summed),
        Row("3  divided by m: dW / torch", ratios(theirs.divided_by_m), "1 1 1"),
        says(theirs.divided_by_m),
        Row("   cost, U[0, 1), seed 0", step.L, "", truth.L),
        Row("   outputs, least and largest", [step.A[2].min(), step.A[2].max()]),
        Row("   |dW|", norms[0], "0.00379 0.0477 0.803", norms[1], note=VANISHING),
    ]


@functools.cache
def training(kind: str, seed: int, falling: bool, epochs: int) -> np.ndarray:
    """The cost before each epoch: rate 1/epoch, gradients m times too large; or 1, right ones."""
    layers, costs = first_layers(kind, seed), np.empty(epochs)
    for epoch in range(epochs):
        step = backpropagate(X, Y, layers, binary_cross_entropy)
        costs[epoch] = step.L
        layers = descend(layers, step, rate=len(X) / (epoch + 1) if falling else 1.0)
    return costs


def learning(quick: bool) -> list[Row]:
    """The gradients are right, and still it does not learn."""
    travel = [sum(1 / n for n in range(1, last + 1)) for last in (100, 1000, 10_000)]
    rows = [Row("4  Σ 1/epoch, 100 … 10,000: the travel", travel, "5.187 7.485 9.788", note=BLIND)]
    epochs, seeds, limit = (1000, [0], "≤0.01") if quick else (10_000, [0, 1], "≤0.001")
    for kind in ("randn",) if quick else ("rand", "randn"):
        stuck, learnt = ([training(kind, s, f, epochs)[-1] for s in seeds] for f in (True, False))
        rows += [
            Row(f"   {kind}, {epochs:,} epochs, rate 1/epoch: least cost", min(stuck), "≥0.6"),
            Row("   rate 1: the largest", max(learnt), limit),
        ]
    return rows


def saturation(quick: bool) -> list[Row]:
    """δ3 as a product of a(1 − a) and a quotient, where a is rounded to 1; and torch's two ways."""

    def delta(of: Any, z: float) -> float:
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(of(np.array([[z]]), np.zeros((1, 1)))[1][0, 0])

    z, t = np.array([40.0]), torch.zeros(1, dtype=torch.float64)
    on_logits = _torch.gradients(lambda Z: F.binary_cross_entropy_with_logits(Z, t), z)[1][0]
    clamped = _torch.gradients(lambda Z: F.binary_cross_entropy(Z.sigmoid(), t), z)[1][0]
    return [
        Row("5  δ3 as a product, z = 36, y = 0", delta(theirs.delta_as_product, 36.0), "1"),
        Row("   z = 40: is NaN", int(np.isnan(delta(theirs.delta_as_product, 40.0))), "1"),
        says(theirs.delta_as_product),
        *([] if quick else [says(theirs.divided_by_m, "   the oracle of step 3, 200 cases", 200)]),
        Row("   A − Y, z = 40", delta(theirs.delta_as_difference, 40.0), "1", on_logits),
        says(theirs.delta_as_difference),
        Row("   torch's binary_cross_entropy there", clamped, "1", wrong=CLAMPS),
    ]


if __name__ == "__main__":
    show("broken", run())
